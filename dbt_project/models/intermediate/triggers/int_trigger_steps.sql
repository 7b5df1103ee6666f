with

spells as (

    select * from {{ ref('int_trigger_spells') }}

),

-- A signal at which every earlier one of the same machine would be available again is an entry, whichever of them were entries.
judged_spells as (

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number,
        coalesce(
            max(coalesce(available_again_at, timestamp '9999-12-31 00:00:00')) over (
                partition by trigger_name, customer_id, machine_key
                order by signal_number
                rows between unbounded preceding and 1 preceding
            ) <= signalled_at,
            true
        ) as is_certain
    from spells

),

-- Each spell asks for the first signal from the moment at which it is available again; that may be asked at the moment of a signal.
signals_and_questions as (

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number,
        signalled_at as moment_at,
        signal_number as found_number
    from spells

    union all

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number,
        available_again_at as moment_at,
        cast(null as bigint) as found_number
    from spells
    where available_again_at is not null

),

answered as (

    select
        *,
        min(found_number) over (
            partition by trigger_name, customer_id, machine_key
            order by moment_at, case when found_number is null then 0 else 1 end, signal_number
            rows between 1 following and unbounded following
        ) as first_found_number
    from signals_and_questions

),

-- A firing that ends at once may find itself: the next one counts.
successors as (

    select
        trigger_name,
        customer_id,
        machine_key,
        signal_number,
        greatest(first_found_number, signal_number + 1) as next_signal_number
    from answered
    where
        found_number is null
        and first_found_number is not null

),

final as (

    select
        judged_spells.trigger_name,
        judged_spells.customer_id,
        judged_spells.machine_key,
        judged_spells.signal_number,
        judged_spells.is_certain,
        uncertain_spells.signal_number as next_signal_number
    from judged_spells
    left join successors
        on
            judged_spells.trigger_name = successors.trigger_name
            and judged_spells.customer_id = successors.customer_id
            and judged_spells.machine_key = successors.machine_key
            and judged_spells.signal_number = successors.signal_number
    left join judged_spells as uncertain_spells
        on
            successors.trigger_name = uncertain_spells.trigger_name
            and successors.customer_id = uncertain_spells.customer_id
            and successors.machine_key = uncertain_spells.machine_key
            and successors.next_signal_number = uncertain_spells.signal_number
            and not uncertain_spells.is_certain

)

select * from final
