{# As int_trigger_spells. #}
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

spells as (

    select * from {{ ref('int_trigger_spells') }}
    {% if is_incremental() -%}
        where customer_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

-- Where every signal is an entry anyway, and that is nearly everywhere, there is nothing to walk.
uncertain_machines as (

    select distinct
        trigger_name,
        customer_key,
        machine_key
    from spells
    where not is_certain

),

walked_spells as (

    select spells.*
    from spells
    inner join uncertain_machines
        on
            spells.trigger_name = uncertain_machines.trigger_name
            and spells.customer_key = uncertain_machines.customer_key
            and spells.machine_key = uncertain_machines.machine_key

),

-- Each spell asks for the first signal from the moment at which it is available again; that may be asked at the moment of a signal.
signals_and_questions as (

    select
        trigger_name,
        customer_key,
        machine_key,
        signal_number,
        is_certain,
        signalled_at as moment_at,
        signal_number as found_number
    from walked_spells

    union all

    select
        trigger_name,
        customer_key,
        machine_key,
        signal_number,
        is_certain,
        available_again_at as moment_at,
        cast(null as bigint) as found_number
    from walked_spells
    where available_again_at is not null

),

answered as (

    select
        *,
        min(found_number) over (
            partition by trigger_name, customer_key, machine_key
            order by moment_at, case when found_number is null then 0 else 1 end, signal_number
            rows between 1 following and unbounded following
        ) as first_found_number
    from signals_and_questions

),

-- A firing that ends at once may find itself: the next one counts.
successors as (

    select
        trigger_name,
        customer_key,
        machine_key,
        signal_number,
        is_certain,
        greatest(first_found_number, signal_number + 1) as next_signal_number
    from answered
    where
        found_number is null
        and first_found_number is not null

),

final as (

    select
        successors.trigger_name,
        successors.customer_key,
        successors.machine_key,
        successors.signal_number,
        successors.is_certain,
        successors.next_signal_number
    from successors
    inner join walked_spells
        on
            successors.trigger_name = walked_spells.trigger_name
            and successors.customer_key = walked_spells.customer_key
            and successors.machine_key = walked_spells.machine_key
            and successors.next_signal_number = walked_spells.signal_number
    where not walked_spells.is_certain

)

select * from final
