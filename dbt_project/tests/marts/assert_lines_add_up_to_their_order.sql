-- To the cent: discounts and refunds of the whole order are spread over its lines without loss.
with

line_sums as (

    select
        order_id,
        sum(gross_revenue) as gross_revenue,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_revenue) as net_revenue
    from {{ ref('fct_order_items') }}
    where has_known_order
    group by order_id

)

select
    orders.order_id,
    orders.gross_revenue,
    line_sums.gross_revenue as line_gross_revenue,
    orders.discount_amount,
    line_sums.discount_amount as line_discount_amount,
    orders.refund_amount,
    line_sums.refund_amount as line_refund_amount,
    orders.net_revenue,
    line_sums.net_revenue as line_net_revenue
from {{ ref('fct_orders') }} as orders
inner join line_sums
    on orders.order_id = line_sums.order_id
where
    orders.gross_revenue <> line_sums.gross_revenue
    or orders.discount_amount <> line_sums.discount_amount
    or orders.refund_amount <> line_sums.refund_amount
    or orders.net_revenue <> line_sums.net_revenue
