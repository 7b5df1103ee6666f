with

orders as (

    select * from {{ ref('int_orders_priced') }}

),

order_items as (

    select * from {{ ref('fct_order_items') }}
    where has_known_order

),

refunds as (

    select * from {{ ref('int_refunds_priced') }}
    where has_known_order and not is_credit_note

),

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

item_totals as (

    select
        order_id,
        cast(sum(quantity) as bigint) as unit_count,
        cast(sum(gross_revenue_original) as decimal(18, 4)) as gross_revenue_original,
        cast(sum(gross_revenue) as decimal(18, 2)) as gross_revenue,
        cast(sum(discount_amount) as decimal(18, 2)) as discount_amount,
        count(*) as item_count,
        case when count(*) = count(cost_amount) then cast(sum(cost_amount) as decimal(18, 2)) end as cost_amount
    from order_items
    group by order_id

),

refund_totals as (

    select
        order_id,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    group by order_id

),

totalled as (

    select
        orders.*,
        order_customers.customer_id,
        coalesce(item_totals.item_count, 0) as item_count,
        coalesce(item_totals.unit_count, 0) as unit_count,
        coalesce(item_totals.gross_revenue_original, 0) as gross_revenue_original,
        case when orders.rate is not null then coalesce(item_totals.gross_revenue, 0) end as gross_revenue,
        coalesce(item_totals.discount_amount, orders.discount_amount) as total_discount_amount,
        case when orders.rate is not null then coalesce(refund_totals.refund_amount, 0) end as refund_amount,
        case when orders.is_cancelled and not orders.is_credit_note then 0 else item_totals.cost_amount end as cost_amount
    from orders
    left join order_customers
        on orders.order_id = order_customers.order_id
    left join item_totals
        on orders.order_id = item_totals.order_id
    left join refund_totals
        on orders.order_id = refund_totals.order_id

),

netted as (

    select
        *,
        case
            when is_cancelled and not is_credit_note and rate is not null then 0 else gross_revenue - total_discount_amount - refund_amount
        end as net_revenue,
        case
            when customer_id is not null and not is_cancelled
                then row_number() over (
                    partition by customer_id, is_cancelled
                    order by ordered_at, order_id
                )
        end as order_number
    from totalled

),

final as (

    select
        order_id,
        customer_id,
        channel,
        status,
        is_cancelled,
        is_credit_note,
        cancelled_at,
        ordered_at,
        cast(ordered_at as date) as ordered_date,
        currency,
        item_count,
        unit_count,
        cast(gross_revenue_original as decimal(18, 4)) as gross_revenue_original,
        cast(gross_revenue as decimal(18, 2)) as gross_revenue,
        cast(total_discount_amount as decimal(18, 2)) as discount_amount,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(net_revenue as decimal(18, 2)) as net_revenue,
        cast(cost_amount as decimal(18, 2)) as cost_amount,
        cast(net_revenue - cost_amount as decimal(18, 2)) as margin_amount,
        cast(shipping_amount as decimal(18, 2)) as shipping_amount,
        cast(tax_amount as decimal(18, 2)) as tax_amount,
        coupon_code,
        order_number,
        delivered_at,
        first_loaded_at as loaded_at,
        rate is not null as has_exchange_rate,
        coalesce(total_discount_amount, 0) > 0 as is_discounted,
        coalesce(order_number = 1, false) as is_first_order,
        item_count = 0 as is_without_items
    from netted

)

select * from final
