with recursive

steps as (

    select * from {{ ref('int_trigger_steps') }}

),

spells as (

    select * from {{ ref('int_trigger_spells') }}

),

-- Few signals lead to one that is not certain, so few rows are walked, and seldom far.
walks as (

    select
        trigger_name,
        customer_id,
        machine_key,
        next_signal_number as signal_number
    from steps
    where is_certain

    union all

    select
        steps.trigger_name,
        steps.customer_id,
        steps.machine_key,
        steps.next_signal_number as signal_number
    from walks
    inner join steps
        on
            walks.trigger_name = steps.trigger_name
            and walks.customer_id = steps.customer_id
            and walks.machine_key = steps.machine_key
            and walks.signal_number = steps.signal_number

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
            and spells.customer_id = walks.customer_id
            and spells.machine_key = walks.machine_key
            and spells.signal_number = walks.signal_number

),

final as (

    select
        trigger_name,
        customer_id,
        machine_key,
        subject_type,
        subject_id,
        condition_started_at,
        signalled_at as entered_at,
        exited_at,
        exit_reason,
        expires_at,
        row_number() over (
            partition by trigger_name, customer_id, machine_key
            order by signal_number
        ) as entry_number
    from entered_spells

)

select * from final
