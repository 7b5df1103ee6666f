with

policies as (

    select
        trigger_name,
        max_active_minutes,
        {{ transient_hash([
            'trigger_name', 'condition', 'subject_type', 'keyed_by', 'priority', 'max_active_minutes', 'cool_down_minutes', 'reentry_minutes'
        ]) }} as policy_digest
    from {{ ref('trigger_policies') }}

),

policy_digests as (

    select {{ exact_sum('policy_digest') }} as policy_digest
    from policies

),

exit_digests as (

    select
        {{ exact_sum(transient_hash(['trigger_name', 'exit_event', 'exit_reason', 'exit_priority', 'prevents_entry'])) }} as exit_digest
    from {{ ref('trigger_exits') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

customers as (

    select
        component_key as customer_key,
        min(customer_id) as customer_id
    from {{ ref('int_identity_map') }}
    where customer_id is not null
    group by component_key

),

-- A firing whose time is up has ended although nothing happened.
signal_sums as (

    select
        signals.customer_key,
        {{ exact_sum(transient_hash([
            'signals.trigger_name',
            'signals.subject_id',
            'signals.condition_started_at',
            'signals.signalled_at',
            'signals.condition_ended_at',
            dbt.dateadd('minute', 'policies.max_active_minutes', 'signals.signalled_at') ~ ' <= clock.as_of_at'
        ])) }} as signal_sum
    from {{ ref('int_trigger_signals') }} as signals
    inner join policies
        on signals.trigger_name = policies.trigger_name
    cross join clock
    group by signals.customer_key

),

event_sums as (

    select
        customer_key,
        {{ exact_sum(transient_hash(['exit_event', 'subject_type', 'subject_id', 'occurred_at'])) }} as event_sum
    from {{ ref('int_trigger_exit_events') }}
    group by customer_key

),

final as (

    select
        signal_sums.customer_key,
        customers.customer_id,
        cast(
            signal_sums.signal_sum
            + coalesce(event_sums.event_sum, 0)
            + {{ transient_hash(['customers.customer_id']) }}
            + policy_digests.policy_digest
            + coalesce(exit_digests.exit_digest, 0)
            as decimal(38, 0)
        ) as input_digest
    from signal_sums
    inner join customers
        on signal_sums.customer_key = customers.customer_key
    left join event_sums
        on signal_sums.customer_key = event_sums.customer_key
    cross join policy_digests
    cross join exit_digests

)

select * from final
