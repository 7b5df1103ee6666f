with

customer_values as (

    select * from {{ source('ml', 'customer_values') }}

),

final as (

    select
        customer_id,
        as_of_date,
        probability_alive,
        expected_orders_30d,
        expected_orders_90d,
        expected_orders_365d,
        expected_order_amount,
        expected_value_30d,
        expected_value_90d,
        expected_value_365d,
        expected_days_to_next_order,
        value_tier,
        model_version,
        scored_at
    from customer_values

)

select * from final
