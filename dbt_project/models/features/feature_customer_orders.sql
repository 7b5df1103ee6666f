{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

customer_dates as (

    {{ due_rows(ref('feature_customer_dates')) }}

),

customer_members as (

    {{ due_rows(ref('feature_customer_members')) }}

),

orders as (

    select
        orders.ordered_date,
        orders.unit_count,
        orders.is_discounted,
        cast(orders.loaded_at as date) as load_date,
        coalesce(order_members.member_id, orders.customer_id) as member_id,
        orders.gross_revenue - orders.discount_amount as order_value,
        case when orders.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('feature_order_members') }} as order_members
        on orders.order_id = order_members.order_id
    where coalesce(order_members.member_id, orders.customer_id) is not null

),

known_orders as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        orders.order_value,
        orders.unit_count,
        orders.is_discounted,
        orders.ordered_date,
        {{ days_between('orders.ordered_date', 'customer_members.as_of_date') }} as days_ago
    from customer_members
    inner join orders
        on
            customer_members.member_id = orders.member_id
            and customer_members.as_of_date > orders.ordered_date
            and customer_members.known_until_date > orders.load_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= customer_members.as_of_date

),

sums as (

    select
        customer_id,
        as_of_date,
        min(days_ago) as days_since_last_order,
        max(days_ago) as days_since_first_order,
        count(*) as order_count_lifetime,
        sum(case when days_ago <= 7 then 1 else 0 end) as order_count_7d,
        sum(case when days_ago <= 30 then 1 else 0 end) as order_count_30d,
        sum(case when days_ago <= 90 then 1 else 0 end) as order_count_90d,
        sum(case when days_ago <= 365 then 1 else 0 end) as order_count_365d,
        sum(case when days_ago <= 365 and is_discounted then 1 else 0 end) as discounted_order_count_365d,
        sum(case when days_ago <= 365 then unit_count else 0 end) as unit_count_365d,
        sum(order_value) as order_value_lifetime,
        sum(case when days_ago <= 7 then order_value else 0 end) as order_value_7d,
        sum(case when days_ago <= 30 then order_value else 0 end) as order_value_30d,
        sum(case when days_ago <= 90 then order_value else 0 end) as order_value_90d,
        sum(case when days_ago <= 365 then order_value else 0 end) as order_value_365d
    from known_orders
    group by
        customer_id,
        as_of_date

),

final as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.is_scoring_date,
        customer_dates.sample_bucket,
        customer_dates.tenure_days,
        sums.days_since_last_order,
        sums.days_since_first_order,
        coalesce(sums.order_count_lifetime, 0) as order_count_lifetime,
        coalesce(sums.order_count_7d, 0) as order_count_7d,
        coalesce(sums.order_count_30d, 0) as order_count_30d,
        coalesce(sums.order_count_90d, 0) as order_count_90d,
        coalesce(sums.order_count_365d, 0) as order_count_365d,
        coalesce(sums.discounted_order_count_365d, 0) as discounted_order_count_365d,
        coalesce(sums.unit_count_365d, 0) as unit_count_365d,
        coalesce(sums.order_value_lifetime, 0) as order_value_lifetime,
        coalesce(sums.order_value_7d, 0) as order_value_7d,
        coalesce(sums.order_value_30d, 0) as order_value_30d,
        coalesce(sums.order_value_90d, 0) as order_value_90d,
        coalesce(sums.order_value_365d, 0) as order_value_365d
    from customer_dates
    left join sums
        on
            customer_dates.customer_id = sums.customer_id
            and customer_dates.as_of_date = sums.as_of_date

)

select * from final
