{# As int_trigger_spells: what changed about a customer changes any of the firings. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_id',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_trigger_spell_inputs'), 'customer_id') }}",
        post_hook="{{ keep_inputs(ref('int_trigger_spell_inputs'), 'customer_id') }}"
    )
}}
-- depends_on: {{ ref('int_trigger_spell_inputs') }}

with

policies as (

    select
        *,
        row_number() over (order by trigger_name) as policy_number
    from {{ ref('trigger_policies') }}

),

walks as (

    select * from {{ ref('int_trigger_walks') }}

),

customers as (

    select
        component_key as customer_key,
        min(customer_id) as customer_id
    from {{ ref('int_identity_map') }}
    where customer_id is not null
    {% if is_incremental() -%}
        and customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}
    group by component_key

),

spells as (

    select
        spells.*,
        policies.policy_number
    from {{ ref('int_trigger_spells') }} as spells
    inner join policies
        on spells.trigger_name = policies.trigger_name
    {% if is_incremental() -%}
        where spells.customer_key in (select customers.customer_key from customers)
    {%- endif %}

),

-- A signal that was not certain to be an entry is one if the walk from entry to entry came by.
entered_spells as (

    select * from spells
    where is_certain

    union all

    select spells.*
    from spells
    inner join walks
        on
            spells.trigger_name = walks.trigger_name
            and spells.customer_key = walks.customer_key
            and spells.machine_key = walks.machine_key
            and spells.signal_number = walks.signal_number
    where not spells.is_certain

),

numbered_spells as (

    select
        policy_number,
        customer_key,
        subject_id,
        condition_started_at,
        signalled_at,
        exited_at,
        exit_reason,
        expires_at,
        row_number() over (
            partition by policy_number, customer_key, machine_key
            order by signal_number
        ) as entry_number
    from entered_spells

),

firings as (

    select
        policies.trigger_name,
        policies.condition,
        customers.customer_id,
        policies.subject_type,
        policies.priority,
        numbered_spells.entry_number,
        numbered_spells.condition_started_at,
        numbered_spells.signalled_at as entered_at,
        numbered_spells.exited_at,
        numbered_spells.exit_reason,
        numbered_spells.expires_at,
        case when policies.subject_type = 'customer' then customers.customer_id else numbered_spells.subject_id end as subject_id
    from numbered_spells
    inner join policies
        on numbered_spells.policy_number = policies.policy_number
    inner join customers
        on numbered_spells.customer_key = customers.customer_key

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
