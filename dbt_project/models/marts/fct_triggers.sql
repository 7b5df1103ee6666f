with

entries as (

    select * from {{ ref('int_trigger_entries') }}

),

policies as (

    select * from {{ ref('trigger_policies') }}

),

customers as (

    select
        component_key as customer_key,
        min(customer_id) as customer_id
    from {{ ref('int_identity_map') }}
    where customer_id is not null
    group by component_key

),

firings as (

    select
        entries.trigger_name,
        policies.condition,
        customers.customer_id,
        entries.subject_type,
        policies.priority,
        entries.entry_number,
        entries.condition_started_at,
        entries.entered_at,
        entries.exited_at,
        entries.exit_reason,
        entries.expires_at,
        case when entries.subject_type = 'customer' then customers.customer_id else entries.subject_id end as subject_id
    from entries
    inner join policies
        on entries.trigger_name = policies.trigger_name
    inner join customers
        on entries.customer_key = customers.customer_key

),

final as (

    select
        substr(
            {{ sha256_hex(
                "trigger_name || '|' || customer_id || '|' || subject_id || '|' || cast(" ~ epoch_micros('entered_at') ~ " as string)"
            ) }},
            1,
            24
        ) as trigger_firing_id,
        trigger_name,
        condition,
        customer_id,
        subject_type,
        subject_id,
        priority,
        entry_number,
        condition_started_at,
        entered_at,
        exited_at,
        exit_reason,
        case when exited_at is null then expires_at end as expires_at,
        exited_at is null as is_active
    from firings

)

select * from final
