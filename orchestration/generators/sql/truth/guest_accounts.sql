select
    t,
    p::bigint as person_id,
    guest_account(order_number) as shop_customer_id
from order_plan
where account_kind = 3 and t >= getvariable('window_first_day')
