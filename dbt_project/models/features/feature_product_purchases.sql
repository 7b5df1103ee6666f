with

customer_dates as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.known_until_date
    from {{ ref('feature_customer_dates') }} as customer_dates
    inner join {{ ref('feature_recommendation_dates') }} as recommendation_dates
        on customer_dates.as_of_date = recommendation_dates.as_of_date

),

lines as (

    select
        items.customer_id,
        items.product_id,
        cast(items.ordered_at as date) as ordered_date,
        cast(items.loaded_at as date) as load_date,
        case when items.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('fct_orders') }} as orders
        on items.order_id = orders.order_id
    where
        items.customer_id is not null
        and items.quantity > 0

),

bought as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        lines.product_id,
        count(distinct lines.ordered_date) as purchase_day_count,
        max(lines.ordered_date) as last_purchased_date
    from customer_dates
    inner join lines
        on
            customer_dates.customer_id = lines.customer_id
            and customer_dates.as_of_date > lines.ordered_date
            and customer_dates.known_until_date > lines.load_date
    where
        lines.cancelled_date is null
        or lines.cancelled_date >= customer_dates.as_of_date
    group by
        customer_dates.customer_id,
        customer_dates.as_of_date,
        lines.product_id

),

final as (

    select
        customer_id,
        as_of_date,
        product_id,
        cast(purchase_day_count as bigint) as purchase_day_count,
        cast({{ days_between('last_purchased_date', 'as_of_date') }} as bigint) as days_since_last_purchase,
        {{ days_between('last_purchased_date', 'as_of_date') }} <= {{ var('recommendation_just_bought_days') }} as is_just_bought
    from bought

)

select * from final
