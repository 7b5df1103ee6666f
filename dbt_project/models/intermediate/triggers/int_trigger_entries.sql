{# A view: only fct_triggers reads it, and writing so many rows twice costs more than finding them. #}
{{ config(materialized='view') }}

with

walks as (

    select * from {{ ref('int_trigger_walks') }}

),

spells as (

    select * from {{ ref('int_trigger_spells') }}

),

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

),

final as (

    select
        trigger_name,
        customer_key,
        machine_key,
        subject_type,
        subject_id,
        condition_started_at,
        signalled_at as entered_at,
        exited_at,
        exit_reason,
        expires_at,
        row_number() over (
            partition by trigger_name, customer_key, machine_key
            order by signal_number
        ) as entry_number
    from entered_spells

)

select * from final
