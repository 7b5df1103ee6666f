with

clock as (

    select * from {{ ref('int_clock') }}

),

known_values as (

    select customer_values.*
    from {{ ref('stg_ml__customer_values') }} as customer_values
    cross join clock
    where customer_values.scored_at <= clock.as_of_at

),

ranked as (

    select
        *,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_values

),

final as (

    select
        customers.customer_id,
        ranked.model_version,
        ranked.scored_at,
        {{ rounded('ranked.probability_alive', 6) }} as probability_alive,
        {{ rounded('ranked.expected_orders_90d', 6) }} as expected_orders_90d,
        {{ rounded('ranked.expected_orders_365d', 6) }} as expected_orders_365d,
        cast(ranked.expected_order_amount as decimal(18, 2)) as expected_order_amount,
        cast(ranked.expected_value_90d as decimal(18, 2)) as expected_value_90d,
        cast(ranked.expected_value_365d as decimal(18, 2)) as expected_value_365d,
        cast(
            {{ dbt.dateadd('day', 'cast(ceil(ranked.expected_days_to_next_order) as integer)', 'ranked.as_of_date') }} as date
        ) as expected_next_order_date,
        ranked.value_tier
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    where ranked.run_rank = 1

)

select * from final
