with

policies as (

    select
        trigger_policies.*,
        coalesce(trigger_policies.wait_minutes, 0) as begins_after_minutes,
        -- Longer than anything: a firing without an end of its own.
        coalesce(trigger_policies.wait_minutes, 0) + coalesce(trigger_policies.max_active_minutes, 999999999) as ends_after_minutes
    from {{ ref('trigger_policies') }} as trigger_policies

),

conditions as (

    select * from {{ ref('trigger_conditions') }}

),

exits as (

    select * from {{ ref('trigger_exits') }}

),

bot_limits as (

    select
        max(case when limit_name = 'max_events_per_device_day' then limit_value end) as max_events_per_device_day,
        max(case when limit_name = 'max_events_per_minute' then limit_value end) as max_events_per_minute,
        max(case when limit_name = 'min_events_for_rate' then limit_value end) as min_events_for_rate
    from {{ ref('bot_limits') }}

),

described as (

    select
        policies.*,
        conditions.subject_type as condition_subject_type,
        conditions.reads_minimum_count,
        conditions.reads_minimum_ratio,
        conditions.reads_wait,
        conditions.reads_window,
        conditions.counts_views
    from policies
    inner join conditions
        on policies.condition = conditions.condition

),

pairs as (

    select
        policies.trigger_name,
        other_policies.trigger_name as other_trigger_name,
        policies.priority = other_policies.priority as is_same_priority,
        policies.begins_after_minutes < other_policies.ends_after_minutes
        and other_policies.begins_after_minutes < policies.ends_after_minutes as is_overlapping,
        coalesce(policies.minimum_count, -1) = coalesce(other_policies.minimum_count, -1)
        and coalesce(policies.minimum_ratio, -1) = coalesce(other_policies.minimum_ratio, -1)
        and coalesce(policies.wait_minutes, -1) = coalesce(other_policies.wait_minutes, -1)
        and coalesce(policies.window_minutes, -1) = coalesce(other_policies.window_minutes, -1) as is_same_condition
    from policies
    inner join policies as other_policies
        on
            policies.condition = other_policies.condition
            and policies.trigger_name < other_policies.trigger_name

),

final as (

    select
        trigger_name,
        other_trigger_name,
        'overlapping' as problem,
        'Both watch the same thing, are active at the same time and have one priority: nobody knows which goes first.' as explanation
    from pairs
    where
        is_same_priority
        and is_overlapping

    union all

    select
        trigger_name,
        other_trigger_name,
        'twins' as problem,
        'Both begin at the same moment under the same condition: one of them is enough.' as explanation
    from pairs
    where is_same_condition

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'unknown_condition' as problem,
        'No model watches this condition: the trigger never begins.' as explanation
    from policies
    where condition not in (select conditions.condition from conditions)

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'wrong_subject' as problem,
        'The condition is about something else: re-entry and exits would look for what is not there.' as explanation
    from described
    where subject_type <> condition_subject_type

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'limit_missing' as problem,
        'The condition reads a limit that is empty: the trigger never begins, or begins with every change.' as explanation
    from described
    where
        (reads_minimum_count and minimum_count is null)
        or (reads_minimum_ratio and minimum_ratio is null)
        or (reads_wait and wait_minutes is null)
        or (reads_window and window_minutes is null)

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'limit_ignored' as problem,
        'The condition does not read a limit that is filled: it promises what does not happen.' as explanation
    from described
    where
        (not reads_minimum_count and minimum_count is not null)
        or (not reads_minimum_ratio and minimum_ratio is not null)
        or (not reads_wait and wait_minutes is not null)
        or (not reads_window and window_minutes is not null)

    union all

    select
        described.trigger_name,
        cast(null as string) as other_trigger_name,
        'out_of_reach' as problem,
        'No person can do it: a device that sends so many events is a program, and no price falls by more than all of it.' as explanation
    from described
    cross join bot_limits
    where
        (
            described.counts_views
            and described.minimum_count
            > bot_limits.max_events_per_device_day
            * case when described.condition = 'views_spiked' then 1 else ceil(coalesce(described.window_minutes, 1440) / 1440.0) end
        )
        or (
            described.counts_views
            and described.condition <> 'views_spiked'
            and described.minimum_count >= bot_limits.min_events_for_rate
            and described.minimum_count > bot_limits.max_events_per_minute * described.window_minutes
        )
        or (
            described.condition = 'views_spiked'
            and described.minimum_ratio > bot_limits.max_events_per_device_day * (described.window_minutes / 1440.0)
        )
        or (
            described.condition = 'price_dropped'
            and described.minimum_ratio > 1
        )

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'limit_too_small' as problem,
        'The limit always holds or means nothing: none counted, no wait, one purchase, or part of a day where days count.' as explanation
    from described
    where
        minimum_count < case when condition = 'replenishment_due' then 2 else 1 end
        or minimum_ratio <= 0
        or wait_minutes < case when condition = 'activity_stopped' then 1440 else 1 end
        or window_minutes < 1
        or (condition = 'views_spiked' and window_minutes % 1440 <> 0)

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        're_entry_within_cool_down' as problem,
        'The cool-down after the exit is longer than the time from entry to entry: the re-entry never decides anything.' as explanation
    from policies
    where reentry_minutes < cool_down_minutes

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'same_views_again' as problem,
        'The cool-down is shorter than the window: views that made it begin would make it begin again.' as explanation
    from described
    where
        counts_views
        and reads_window
        and reentry_minutes is not null
        and cool_down_minutes < case when condition = 'views_spiked' then 1440 else window_minutes end

    union all

    select
        trigger_name,
        cast(null as string) as other_trigger_name,
        'ends_as_it_begins' as problem,
        'It is active for no time: nobody is ever in it.' as explanation
    from policies
    where max_active_minutes <= 0

    union all

    select
        policies.trigger_name,
        cast(null as string) as other_trigger_name,
        'never_ends' as problem,
        'Neither an event nor a longest time ends it: whoever enters stays for ever, and the re-entry never comes.' as explanation
    from policies
    where
        policies.max_active_minutes is null
        and policies.trigger_name not in (select exits.trigger_name from exits)

    union all

    select
        exits.trigger_name,
        cast(null as string) as other_trigger_name,
        'exit_never_happens' as problem,
        'The exit cannot happen to what the trigger is about.' as explanation
    from exits
    inner join policies
        on exits.trigger_name = policies.trigger_name
    inner join conditions
        on policies.condition = conditions.condition
    where
        (exits.exit_event = 'order_of_subject' and policies.subject_type not in ('cart', 'product', 'category'))
        or (exits.exit_event = 'refund_of_subject' and policies.subject_type <> 'order')
        or (exits.exit_event = 'condition_ended' and not conditions.ends_by_itself)

    union all

    select
        exits.trigger_name,
        cast(null as string) as other_trigger_name,
        'exit_before_entry' as problem,
        'What watches for its own end cannot begin after it: only purchases and refunds may prevent an entry.' as explanation
    from exits
    where
        exits.exit_event = 'condition_ended'
        and exits.prevents_entry

    union all

    select
        exits.trigger_name,
        cast(null as string) as other_trigger_name,
        'exit_without_trigger' as problem,
        'No policy has this name.' as explanation
    from exits
    where exits.trigger_name not in (select policies.trigger_name from policies)

)

select * from final
