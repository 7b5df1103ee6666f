select
    order_item_id,
    order_id,
    case when u01(ki, 10) < 0.0004 then null else product_id end as product_id,
    description,
    case when u01(ki, 10) > 0.9997 then null else quantity end::bigint as quantity,
    unit_price,
    discount_amount,
    ordered_at as created_at,
    available_at as available_at,
    case when u01(ki, 11) < 0.002 then 7 end as redelivered_after_hours
from item_plan
