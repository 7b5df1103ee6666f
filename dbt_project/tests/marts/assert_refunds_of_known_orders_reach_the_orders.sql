with

refunds as (

    select
        order_id,
        sum(refund_amount) as refund_amount
    from {{ ref('fct_refunds') }}
    where has_known_order and not is_credit_note
    group by order_id

)

select
    orders.order_id,
    orders.refund_amount,
    refunds.refund_amount as refunded_amount
from {{ ref('fct_orders') }} as orders
left join refunds
    on orders.order_id = refunds.order_id
where
    orders.has_exchange_rate
    and orders.refund_amount <> coalesce(refunds.refund_amount, 0)
