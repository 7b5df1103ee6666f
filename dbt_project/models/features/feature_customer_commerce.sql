with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

orders as (

    select
        order_id,
        customer_id,
        ordered_date,
        is_discounted,
        gross_revenue - discount_amount as order_value,
        cast(loaded_at as date) as load_date,
        case when is_cancelled then coalesce(cast(cancelled_at as date), ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }}
    where customer_id is not null

),

refunds as (

    select
        refunds.customer_id,
        refunds.refund_amount,
        cast(refunds.refunded_at as date) as refunded_date,
        cast(refunds.loaded_at as date) as load_date,
        orders.cancelled_date
    from {{ ref('fct_refunds') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id

),

known_orders as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        orders.order_value,
        orders.is_discounted,
        orders.ordered_date,
        {{ dbt.datediff('orders.ordered_date', 'customer_dates.as_of_date', 'day') }} as days_ago
    from customer_dates
    inner join orders
        on
            customer_dates.customer_id = orders.customer_id
            and customer_dates.as_of_date > orders.ordered_date
            and customer_dates.known_until_date > orders.load_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= customer_dates.as_of_date

),

known_refunds as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        refunds.refund_amount,
        {{ dbt.datediff('refunds.refunded_date', 'customer_dates.as_of_date', 'day') }} as days_ago
    from customer_dates
    inner join refunds
        on
            customer_dates.customer_id = refunds.customer_id
            and customer_dates.as_of_date > refunds.refunded_date
            and customer_dates.known_until_date > refunds.load_date
    where
        refunds.cancelled_date is null
        or refunds.cancelled_date >= customer_dates.as_of_date

),

order_sums as (

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

refund_sums as (

    select
        customer_id,
        as_of_date,
        sum(refund_amount) as refund_amount_lifetime,
        sum(case when days_ago <= 7 then refund_amount else 0 end) as refund_amount_7d,
        sum(case when days_ago <= 30 then refund_amount else 0 end) as refund_amount_30d,
        sum(case when days_ago <= 90 then refund_amount else 0 end) as refund_amount_90d,
        sum(case when days_ago <= 365 then refund_amount else 0 end) as refund_amount_365d
    from known_refunds
    group by
        customer_id,
        as_of_date

),

final as (

    select
        order_sums.customer_id,
        order_sums.as_of_date,
        order_sums.days_since_last_order,
        order_sums.days_since_first_order,
        order_sums.order_count_lifetime,
        order_sums.order_count_7d,
        order_sums.order_count_30d,
        order_sums.order_count_90d,
        order_sums.order_count_365d,
        cast(order_sums.order_value_lifetime - coalesce(refund_sums.refund_amount_lifetime, 0) as decimal(18, 2))
            as net_revenue_lifetime,
        cast(order_sums.order_value_7d - coalesce(refund_sums.refund_amount_7d, 0) as decimal(18, 2)) as net_revenue_7d,
        cast(order_sums.order_value_30d - coalesce(refund_sums.refund_amount_30d, 0) as decimal(18, 2)) as net_revenue_30d,
        cast(order_sums.order_value_90d - coalesce(refund_sums.refund_amount_90d, 0) as decimal(18, 2)) as net_revenue_90d,
        cast(order_sums.order_value_365d - coalesce(refund_sums.refund_amount_365d, 0) as decimal(18, 2))
            as net_revenue_365d,
        round(
            cast(order_sums.order_value_365d as double) / nullif(order_sums.order_count_365d, 0), 2
        ) as average_order_value_365d,
        round(
            cast(order_sums.days_since_first_order - order_sums.days_since_last_order as double)
            / nullif(order_sums.order_count_lifetime - 1, 0), 2
        ) as average_days_between_orders,
        round(
            cast(order_sums.discounted_order_count_365d as double) / nullif(order_sums.order_count_365d, 0), 6
        ) as discount_share_365d,
        case
            when order_sums.order_value_365d > 0
                then round(
                    least(
                        1.0,
                        cast(coalesce(refund_sums.refund_amount_365d, 0) as double)
                        / cast(order_sums.order_value_365d as double)
                    ), 6
                )
        end as return_share_365d
    from order_sums
    left join refund_sums
        on
            order_sums.customer_id = refund_sums.customer_id
            and order_sums.as_of_date = refund_sums.as_of_date

)

select * from final
