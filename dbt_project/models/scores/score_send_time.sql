with

clock as (

    select * from {{ ref('int_clock') }}

),

known_send_times as (

    select send_times.*
    from {{ ref('stg_ml__send_times') }} as send_times
    cross join clock
    where send_times.scored_at <= clock.as_of_at

),

ranked as (

    select
        *,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_send_times

),

final as (

    select
        customers.customer_id,
        ranked.send_local_hour,
        ranked.best_local_hour,
        ranked.hour_source,
        ranked.is_exploring,
        ranked.model_version,
        ranked.scored_at,
        {{ rounded('ranked.expected_read_rate', 6) }} as expected_read_rate,
        {{ rounded('ranked.lift', 4) }} as lift
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    where ranked.run_rank = 1

)

select * from final
