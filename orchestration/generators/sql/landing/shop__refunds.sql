-- Amounts are text: some were typed by hand. One refund in eighty has lost its order.
with

refunds as (

    select
        item_plan.order_number,
        item_plan.order_id,
        item_plan.order_item_id,
        item_plan.ki as kr,
        item_plan.quantity * item_plan.unit_price - item_plan.discount_amount as amount,
        item_plan.currency,
        item_plan.refunded_at
    from item_plan
    where item_plan.refund_kind = 'line' and item_plan.line_number = 0

    union all

    select
        order_plan.order_number,
        order_plan.order_id,
        null,
        order_plan.ko,
        order_totals.goods_amount,
        order_plan.currency,
        order_plan.refunded_at
    from order_plan
    inner join order_totals on order_plan.order_number = order_totals.order_number
    where order_plan.refund_kind = 'order'

)

select
    'ref_' || hex40(order_number) as refund_id,
    case when u01(kr, 30) < 0.006 then null when u01(kr, 30) < 0.0125 then 'POS-' || pick(kr, 31, 100000) else order_id end as order_id,
    case when u01(kr, 30) >= 0.0125 then order_item_id end as order_item_id,
    case when u01(kr, 32) < 0.004 then pick_from(['see note', '12,50', ''], kr, 33) else printf('%.2f', amount) end as amount,
    currency,
    pick_from(['damaged', 'wrong size', 'changed mind', 'late', 'not as described', null], kr, 34) as reason,
    refunded_at,
    refunded_at + interval 5 minutes as available_at,
    case when u01(kr, 35) < 0.004 then 7 end as redelivered_after_hours
from refunds
where amount > 0
