with

customer_dates as (

    select
        customer_dates.customer_id,
        customer_dates.current_customer_id,
        customer_dates.as_of_date
    from {{ ref('feature_customer_dates') }} as customer_dates
    inner join {{ ref('feature_recommendation_dates') }} as recommendation_dates
        on customer_dates.as_of_date = recommendation_dates.as_of_date
    where recommendation_dates.part <> 'scoring'

),

lines as (

    select
        customer_id,
        product_id,
        cast(ordered_at as date) as ordered_date
    from {{ ref('fct_order_items') }}
    where
        customer_id is not null
        and quantity > 0
        and not is_cancelled

),

final as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        lines.product_id,
        min(lines.ordered_date) as first_purchased_date
    from customer_dates
    inner join lines
        on
            customer_dates.current_customer_id = lines.customer_id
            and customer_dates.as_of_date <= lines.ordered_date
    where {{ days_between('customer_dates.as_of_date', 'lines.ordered_date') }} < {{ var('recommendation_horizon_days') }}
    group by
        customer_dates.customer_id,
        customer_dates.as_of_date,
        lines.product_id

)

select * from final
