with

draws as (

    select * from {{ ref('feature_campaign_draws') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

orders as (

    select
        customer_id,
        ordered_date,
        margin_amount
    from {{ ref('fct_orders') }}
    where not is_cancelled and customer_id is not null

),

purchases as (

    select
        draws.customer_id,
        draws.campaign_id,
        sum(coalesce(orders.margin_amount, 0)) as margin_amount
    from draws
    inner join orders
        on
            draws.current_customer_id = orders.customer_id
            and draws.campaign_date <= orders.ordered_date
    where {{ days_between('draws.campaign_date', 'orders.ordered_date') }} < {{ var('uplift_window_days') }}
    group by
        draws.customer_id,
        draws.campaign_id

),

final as (

    select
        draws.customer_id,
        draws.campaign_id,
        cast(coalesce(purchases.margin_amount, 0) as decimal(18, 2)) as margin_amount,
        purchases.customer_id is not null as has_purchase,
        {{ days_between('draws.campaign_date', 'clock.as_of_date') }} >= {{ var('uplift_window_days') }} as is_mature
    from draws
    cross join clock
    left join purchases
        on
            draws.customer_id = purchases.customer_id
            and draws.campaign_id = purchases.campaign_id

)

select * from final
