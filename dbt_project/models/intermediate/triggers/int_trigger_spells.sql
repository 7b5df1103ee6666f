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

-- An event at the very moment of the signal comes after it.
surrounded as (

    select
        *,
        max(event_at) over (
            partition by exit_event, customer_id, event_subject_type, event_subject_id
            order by moment_at, is_event, trigger_name, subject_id
            rows between unbounded preceding and 1 preceding
        ) as previous_event_at,
        min(event_at) over (
            partition by exit_event, customer_id, event_subject_type, event_subject_id
            order by moment_at, is_event, trigger_name, subject_id
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

possible_ends as (

    select
        trigger_name,
        customer_id,
        subject_id,
        moment_at as signalled_at,
        next_event_at as exited_at,
        exit_reason,
        exit_priority
    from answers
    where next_event_at is not null

    union all

    select
        signals.trigger_name,
        signals.customer_id,
        signals.subject_id,
        signals.signalled_at,
        signals.condition_ended_at as exited_at,
        exits.exit_reason,
        exits.exit_priority
    from signals
    inner join exits
        on
            signals.trigger_name = exits.trigger_name
            and exits.exit_event = 'condition_ended'
    where signals.condition_ended_at is not null

    union all

    -- A time that is up comes before what happens at that moment.
    select
        signals.trigger_name,
        signals.customer_id,
        signals.subject_id,
        signals.signalled_at,
        {{ dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') }} as exited_at,
        'expired' as exit_reason,
        -1 as exit_priority
    from signals
    inner join policies
        on signals.trigger_name = policies.trigger_name
    cross join clock
    where {{ dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') }} <= clock.as_of_at

),

ranked_ends as (

    select
        *,
        row_number() over (
            partition by trigger_name, customer_id, subject_id, signalled_at
            order by exited_at, exit_priority
        ) as end_rank
    from possible_ends

),

final as (

    select
        signals.trigger_name,
        signals.customer_id,
        case when policies.keyed_by = 'subject' then signals.subject_id else signals.customer_id end as machine_key,
        row_number() over (
            partition by
                signals.trigger_name,
                signals.customer_id,
                case when policies.keyed_by = 'subject' then signals.subject_id else signals.customer_id end
            order by signals.signalled_at, signals.subject_id
        ) as signal_number,
        signals.subject_type,
        signals.subject_id,
        signals.condition_started_at,
        signals.signalled_at,
        ranked_ends.exited_at,
        ranked_ends.exit_reason,
        {{ dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') }} as expires_at,
        -- Null while it lasts, and for a trigger that nobody enters twice.
        case
            when ranked_ends.exited_at is not null and policies.reentry_minutes is not null
                then greatest(
                    {{ dbt.dateadd('minute', 'policies.reentry_minutes', 'signals.signalled_at') }},
                    {{ dbt.dateadd('minute', 'policies.cool_down_minutes', 'ranked_ends.exited_at') }}
                )
        end as available_again_at
    from signals
    inner join policies
        on signals.trigger_name = policies.trigger_name
    left join prevented_signals
        on
            signals.trigger_name = prevented_signals.trigger_name
            and signals.customer_id = prevented_signals.customer_id
            and signals.subject_id = prevented_signals.subject_id
            and signals.signalled_at = prevented_signals.signalled_at
    left join ranked_ends
        on
            signals.trigger_name = ranked_ends.trigger_name
            and signals.customer_id = ranked_ends.customer_id
            and signals.subject_id = ranked_ends.subject_id
            and signals.signalled_at = ranked_ends.signalled_at
            and ranked_ends.end_rank = 1
    where prevented_signals.trigger_name is null

)

select * from final
