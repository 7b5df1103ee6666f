{# Customers with other signals, events that end them or times that are up are worked out anew, from all of theirs. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_key',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_trigger_spell_inputs'), 'customer_key') }}",
        post_hook="{{ keep_inputs(ref('int_trigger_spell_inputs'), 'customer_key') }}"
    )
}}
-- depends_on: {{ ref('int_trigger_spell_inputs') }}

with

-- Numbers stand for texts in everything that is sorted: of the policies here, of the customers in all signals.
policies as (

    select
        *,
        row_number() over (order by trigger_name) as policy_number
    from {{ ref('trigger_policies') }}

),

exits as (

    select
        trigger_exits.*,
        policies.policy_number,
        case when trigger_exits.exit_event = 'order' then 'any' else policies.subject_type end as event_subject_type
    from {{ ref('trigger_exits') }} as trigger_exits
    inner join policies
        on trigger_exits.trigger_name = policies.trigger_name

),

condition_exits as (

    select * from exits
    where exit_event = 'condition_ended'

),

event_kinds as (

    select
        exit_event,
        event_subject_type,
        row_number() over (order by exit_event, event_subject_type) as kind_number
    from exits
    where exit_event <> 'condition_ended'
    group by
        exit_event,
        event_subject_type

),

clock as (

    select * from {{ ref('int_clock') }}

),

signals as (

    select
        policies.policy_number,
        signals.customer_key,
        signals.subject_id,
        signals.condition_started_at,
        signals.signalled_at,
        signals.condition_ended_at
    from {{ ref('int_trigger_signals') }} as signals
    inner join policies
        on signals.trigger_name = policies.trigger_name
    {% if is_incremental() -%}
        where signals.customer_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

events as (

    select
        event_kinds.kind_number,
        exit_events.customer_key,
        exit_events.subject_id as event_subject_id,
        exit_events.occurred_at
    from {{ ref('int_trigger_exit_events') }} as exit_events
    inner join event_kinds
        on
            exit_events.exit_event = event_kinds.exit_event
            and exit_events.subject_type = event_kinds.event_subject_type
    {% if is_incremental() -%}
        where exit_events.customer_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

-- What keeps a signal from being an entry is looked for from after the start of its condition, anything else from its own moment on: if the
-- first such event comes before the signal, there is no entry, and else it is the one that ends it. So each asks for the next event only.
questions as (

    select
        event_kinds.kind_number,
        signals.policy_number,
        signals.customer_key,
        signals.subject_id,
        signals.signalled_at,
        exits.exit_priority,
        case when exits.exit_event = 'order' then 'any' else signals.subject_id end as event_subject_id,
        case
            when exits.prevents_entry and signals.condition_started_at < signals.signalled_at then signals.condition_started_at
            else signals.signalled_at
        end as moment_at,
        -- 0: an event at this very moment comes after the question. 2: it comes before, events being 1.
        case when exits.prevents_entry and signals.condition_started_at < signals.signalled_at then 2 else 0 end as moment_rank
    from signals
    inner join exits
        on signals.policy_number = exits.policy_number
    inner join event_kinds
        on
            exits.exit_event = event_kinds.exit_event
            and exits.event_subject_type = event_kinds.event_subject_type

),

last_events as (

    select
        kind_number,
        customer_key,
        event_subject_id,
        max(occurred_at) as last_occurred_at
    from events
    group by
        kind_number,
        customer_key,
        event_subject_id

),

-- Most signals are followed by no such event, and most events follow no signal: only the others are sorted.
open_questions as (

    select questions.*
    from questions
    inner join last_events
        on
            questions.kind_number = last_events.kind_number
            and questions.customer_key = last_events.customer_key
            and questions.event_subject_id = last_events.event_subject_id
    where last_events.last_occurred_at >= questions.moment_at

),

questioned_subjects as (

    select
        kind_number,
        customer_key,
        event_subject_id
    from open_questions
    group by
        kind_number,
        customer_key,
        event_subject_id

),

events_and_questions as (

    select
        events.kind_number,
        events.customer_key,
        events.event_subject_id,
        events.occurred_at as moment_at,
        1 as moment_rank,
        events.occurred_at as event_at,
        cast(null as bigint) as policy_number,
        cast(null as string) as subject_id,
        cast(null as timestamp) as signalled_at,
        cast(null as bigint) as exit_priority
    from events
    inner join questioned_subjects
        on
            events.kind_number = questioned_subjects.kind_number
            and events.customer_key = questioned_subjects.customer_key
            and events.event_subject_id = questioned_subjects.event_subject_id

    union all

    select
        kind_number,
        customer_key,
        event_subject_id,
        moment_at,
        moment_rank,
        cast(null as timestamp) as event_at,
        policy_number,
        subject_id,
        signalled_at,
        exit_priority
    from open_questions

),

-- Equals of one moment and rank have the same next event in any order.
answered as (

    select
        policy_number,
        customer_key,
        subject_id,
        signalled_at,
        exit_priority,
        event_at,
        min(event_at) over (
            partition by kind_number, customer_key, event_subject_id
            order by moment_at, moment_rank
            rows between 1 following and unbounded following
        ) as next_event_at
    from events_and_questions

),

-- Of several events the first, of those of one moment the one with the smallest priority.
answers as (

    select
        policy_number,
        customer_key,
        subject_id,
        signalled_at,
        min(next_event_at) as next_event_at,
        min({{ epoch_micros('next_event_at') }} * 1000 + exit_priority) % 1000 as event_priority
    from answered
    where
        event_at is null
        and next_event_at is not null
    group by
        policy_number,
        customer_key,
        subject_id,
        signalled_at

),

-- Three ways for a spell to end: an event, its condition, its time. An event before the signal can only be one that prevents it.
possible_ends as (

    select
        signals.policy_number,
        signals.customer_key,
        signals.subject_id,
        signals.condition_started_at,
        signals.signalled_at,
        policies.reentry_minutes,
        policies.cool_down_minutes,
        clock.as_of_at,
        answers.next_event_at,
        answers.event_priority,
        condition_exits.exit_priority as condition_priority,
        case when policies.keyed_by = 'subject' then signals.subject_id else 'self' end as machine_key,
        case when condition_exits.policy_number is not null then signals.condition_ended_at end as condition_ended_at,
        {{ dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') }} as expires_at
    from signals
    inner join policies
        on signals.policy_number = policies.policy_number
    cross join clock
    left join condition_exits
        on signals.policy_number = condition_exits.policy_number
    left join answers
        on
            signals.policy_number = answers.policy_number
            and signals.customer_key = answers.customer_key
            and signals.subject_id = answers.subject_id
            and signals.signalled_at = answers.signalled_at
    where
        answers.next_event_at is null
        or answers.next_event_at >= signals.signalled_at

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
        ended_by is not null and ended_by = 'time' as has_expired,
        case ended_by when 'time' then expires_at when 'event' then next_event_at when 'condition' then condition_ended_at end as exited_at,
        case ended_by when 'event' then event_priority when 'condition' then condition_priority end as exit_priority
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

numbered_spells as (

    select
        policy_number,
        customer_key,
        machine_key,
        subject_id,
        condition_started_at,
        signalled_at,
        has_expired,
        exited_at,
        exit_priority,
        expires_at,
        available_again_at,
        row_number() over (
            partition by policy_number, customer_key, machine_key
            order by signalled_at, subject_id
        ) as signal_number,
        coalesce(
            max(coalesce(available_again_at, timestamp '9999-12-31 00:00:00')) over (
                partition by policy_number, customer_key, machine_key
                order by signalled_at, subject_id
                rows between unbounded preceding and 1 preceding
            ) <= signalled_at,
            true
        ) as is_certain
    from reopening_spells

),

final as (

    select
        policies.trigger_name,
        numbered_spells.customer_key,
        numbered_spells.machine_key,
        policies.subject_type,
        numbered_spells.subject_id,
        numbered_spells.condition_started_at,
        numbered_spells.signalled_at,
        numbered_spells.exited_at,
        numbered_spells.expires_at,
        numbered_spells.available_again_at,
        numbered_spells.signal_number,
        numbered_spells.is_certain,
        case when numbered_spells.has_expired then 'expired' else exits.exit_reason end as exit_reason
    from numbered_spells
    inner join policies
        on numbered_spells.policy_number = policies.policy_number
    left join exits
        on
            numbered_spells.policy_number = exits.policy_number
            and numbered_spells.exit_priority = exits.exit_priority

)

select * from final
