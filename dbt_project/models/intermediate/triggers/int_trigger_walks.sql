with recursive

steps as (

    select * from {{ ref('int_trigger_steps') }}

),

-- Few signals lead to one that is not certain, so few rows are walked, and seldom far.
walks as (

    select
        trigger_name,
        customer_key,
        machine_key,
        next_signal_number as signal_number
    from steps
    where is_certain

    union all

    select
        steps.trigger_name,
        steps.customer_key,
        steps.machine_key,
        steps.next_signal_number as signal_number
    from walks
    inner join steps
        on
            walks.trigger_name = steps.trigger_name
            and walks.customer_key = steps.customer_key
            and walks.machine_key = steps.machine_key
            and walks.signal_number = steps.signal_number

),

final as (

    select
        trigger_name,
        customer_key,
        machine_key,
        signal_number
    from walks

)

select * from final
