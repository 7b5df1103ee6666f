select
    t,
    p::bigint as person_id,
    'S' || hex40(order_number + 137438953472) as shop_customer_id
from order_plan
where account_kind = 3 and t >= getvariable('window_first_day')
