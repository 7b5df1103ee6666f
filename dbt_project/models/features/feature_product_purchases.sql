{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_recommendation_dates')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

due_members as (

    {{ due_rows(ref('feature_customer_members')) }}

),

customer_members as (

    select due_members.*
    from due_members
    inner join {{ ref('feature_recommendation_dates') }} as recommendation_dates
        on due_members.as_of_date = recommendation_dates.as_of_date

),

lines as (

    select
        items.product_id,
        cast(items.ordered_at as date) as ordered_date,
        cast(items.loaded_at as date) as load_date,
        coalesce(order_members.member_id, items.customer_id) as member_id,
        case when items.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('fct_orders') }} as orders
        on items.order_id = orders.order_id
    left join {{ ref('feature_order_members') }} as order_members
        on items.order_id = order_members.order_id
    where
        coalesce(order_members.member_id, items.customer_id) is not null
        and items.quantity > 0

),

bought as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        lines.product_id,
        count(distinct lines.ordered_date) as purchase_day_count,
        max(lines.ordered_date) as last_purchased_date
    from customer_members
    inner join lines
        on
            customer_members.member_id = lines.member_id
            and customer_members.as_of_date > lines.ordered_date
            and customer_members.known_until_date > lines.load_date
    where
        lines.cancelled_date is null
        or lines.cancelled_date >= customer_members.as_of_date
    group by
        customer_members.customer_id,
        customer_members.as_of_date,
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
