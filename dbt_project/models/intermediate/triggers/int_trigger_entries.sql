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
    where
        is_certain
        and next_signal_number is not null

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
    where steps.next_signal_number is not null

),

entries as (

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number
    from steps
    where is_certain

    union all

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number
    from walks

),

final as (

    select
        spells.trigger_name,
        spells.customer_id,
        spells.machine_key,
        spells.subject_type,
        spells.subject_id,
        spells.condition_started_at,
        spells.signalled_at as entered_at,
        spells.exited_at,
        spells.exit_reason,
        spells.expires_at,
        row_number() over (
            partition by spells.trigger_name, spells.customer_id, spells.machine_key
            order by spells.signal_number
        ) as entry_number
    from entries
    inner join spells
        on
            entries.trigger_name = spells.trigger_name
            and entries.customer_id = spells.customer_id
            and entries.machine_key = spells.machine_key
            and entries.signal_number = spells.signal_number

)

select * from final
