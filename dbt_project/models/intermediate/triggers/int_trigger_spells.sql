with

policies as (

    select * from {{ ref('trigger_policies') }}

),

exits as (

    select * from {{ ref('trigger_exits') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

signals as (

    select * from {{ ref('int_trigger_signals') }}

),

-- Every signal is asked for every event that its policy names, and stands between the events before and after it.
questions as (

    select
        exits.exit_event,
        exits.exit_reason,
        exits.exit_priority,
        exits.prevents_entry,
        signals.trigger_name,
        signals.customer_id,
        signals.subject_id,
        signals.condition_started_at,
        signals.signalled_at,
        case when exits.exit_event = 'order' then 'any' else signals.subject_type end as event_subject_type,
        case when exits.exit_event = 'order' then 'any' else signals.subject_id end as event_subject_id
    from signals
    inner join exits
        on signals.trigger_name = exits.trigger_name
    where exits.exit_event <> 'condition_ended'

),

events_and_questions as (

    select
        exit_event,
        customer_id,
        subject_type as event_subject_type,
        subject_id as event_subject_id,
        occurred_at as moment_at,
        occurred_at as event_at,
        1 as is_event,
        cast(null as string) as trigger_name,
        cast(null as string) as subject_id,
        cast(null as timestamp) as condition_started_at,
        cast(null as string) as exit_reason,
        cast(null as bigint) as exit_priority,
        cast(null as boolean) as prevents_entry
    from {{ ref('int_trigger_exit_events') }}

    union all

    select
        exit_event,
        customer_id,
        event_subject_type,
        event_subject_id,
        signalled_at as moment_at,
        cast(null as timestamp) as event_at,
        0 as is_event,
        trigger_name,
        subject_id,
        condition_started_at,
        exit_reason,
        exit_priority,
        prevents_entry
    from questions

),

-- An event at the very moment of the signal comes after it. Equals of one moment have the same neighbours in any order.
surrounded as (

    select
        *,
        max(event_at) over (
            partition by exit_event, customer_id, event_subject_type, event_subject_id
            order by moment_at, is_event
            rows between unbounded preceding and 1 preceding
        ) as previous_event_at,
        min(event_at) over (
            partition by exit_event, customer_id, event_subject_type, event_subject_id
            order by moment_at, is_event
            rows between 1 following and unbounded following
        ) as next_event_at
    from events_and_questions

),

answers as (

    select *
    from surrounded
    where is_event = 0

),

prevented_signals as (

    select distinct
        trigger_name,
        customer_id,
        subject_id,
        moment_at as signalled_at
    from answers
    where
        prevents_entry
        and previous_event_at > condition_started_at

),

ranked_events as (

    select
        trigger_name,
        customer_id,
        subject_id,
        moment_at as signalled_at,
        next_event_at,
        exit_reason,
        exit_priority,
        row_number() over (
            partition by trigger_name, customer_id, subject_id, moment_at
            order by next_event_at, exit_priority
        ) as event_rank
    from answers
    where next_event_at is not null

),

condition_exits as (

    select * from exits
    where exit_event = 'condition_ended'

),

-- Three ways for a spell to end: an event, its condition, its time.
possible_ends as (

    select
        signals.trigger_name,
        signals.customer_id,
        case when policies.keyed_by = 'subject' then signals.subject_id else signals.customer_id end as machine_key,
        signals.subject_type,
        signals.subject_id,
        signals.condition_started_at,
        signals.signalled_at,
        policies.reentry_minutes,
        policies.cool_down_minutes,
        clock.as_of_at,
        ranked_events.next_event_at,
        ranked_events.exit_reason as event_reason,
        ranked_events.exit_priority as event_priority,
        case when condition_exits.trigger_name is not null then signals.condition_ended_at end as condition_ended_at,
        condition_exits.exit_reason as condition_reason,
        condition_exits.exit_priority as condition_priority,
        {{ dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') }} as expires_at
    from signals
    inner join policies
        on signals.trigger_name = policies.trigger_name
    cross join clock
    left join prevented_signals
        on
            signals.trigger_name = prevented_signals.trigger_name
            and signals.customer_id = prevented_signals.customer_id
            and signals.subject_id = prevented_signals.subject_id
            and signals.signalled_at = prevented_signals.signalled_at
    left join condition_exits
        on signals.trigger_name = condition_exits.trigger_name
    left join ranked_events
        on
            signals.trigger_name = ranked_events.trigger_name
            and signals.customer_id = ranked_events.customer_id
            and signals.subject_id = ranked_events.subject_id
            and signals.signalled_at = ranked_events.signalled_at
            and ranked_events.event_rank = 1
    where prevented_signals.trigger_name is null

),

-- A time that is up comes before what happens at that moment, and of two that happen at one moment the first of the policy counts.
ended_spells as (

    select
        *,
        case
            when
                expires_at <= as_of_at
                and (next_event_at is null or expires_at <= next_event_at)
                and (condition_ended_at is null or expires_at <= condition_ended_at)
                then 'time'
            when
                next_event_at is not null
                and (
                    condition_ended_at is null
                    or next_event_at < condition_ended_at
                    or (next_event_at = condition_ended_at and event_priority <= condition_priority)
                )
                then 'event'
            when condition_ended_at is not null then 'condition'
        end as ended_by
    from possible_ends

),

dated_spells as (

    select
        *,
        case ended_by when 'time' then expires_at when 'event' then next_event_at when 'condition' then condition_ended_at end as exited_at,
        case ended_by when 'time' then 'expired' when 'event' then event_reason when 'condition' then condition_reason end as exit_reason
    from ended_spells

),

-- Null while it lasts, and for a trigger that nobody enters twice.
reopening_spells as (

    select
        *,
        case
            when exited_at is not null and reentry_minutes is not null
                then greatest(
                    {{ dbt.dateadd('minute', 'reentry_minutes', 'signalled_at') }},
                    {{ dbt.dateadd('minute', 'cool_down_minutes', 'exited_at') }}
                )
        end as available_again_at
    from dated_spells

),

final as (

    select
        trigger_name,
        customer_id,
        machine_key,
        subject_type,
        subject_id,
        condition_started_at,
        signalled_at,
        exited_at,
        exit_reason,
        expires_at,
        available_again_at,
        row_number() over (
            partition by trigger_name, customer_id, machine_key
            order by signalled_at, subject_id
        ) as signal_number,
        coalesce(
            max(coalesce(available_again_at, timestamp '9999-12-31 00:00:00')) over (
                partition by trigger_name, customer_id, machine_key
                order by signalled_at, subject_id
                rows between unbounded preceding and 1 preceding
            ) <= signalled_at,
            true
        ) as is_certain
    from reopening_spells

)

select * from final
