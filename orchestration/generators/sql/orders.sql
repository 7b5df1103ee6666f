-- Orders placed on the days visits_from <= t < to_day, on the web and in the app (from visits) and in stores (from activity),
-- and anonymous ones of passers-by. The plan of an order fixes everything that later happens to it.
create or replace temp table order_plan as
with

online as (

    select
        p,
        t,
        visit_number as order_number,
        child_key(ks, 810) as ko,
        cart_key as item_key,
        item_count,
        category_number,
        kind,
        false as is_store,
        started_at + to_seconds(duration) as ordered_at
    from visits
    where outcome = 2

),

in_store as (

    select
        activity.p,
        activity.t,
        deed_number(activity.t, 4, activity.p) as order_number,
        child_key(activity.kd, 811) as ko,
        child_key(activity.kd, 812) as item_key,
        case
            when u01(activity.kd, 36) < latent_types.basket[1] then 1
            when u01(activity.kd, 36) < latent_types.basket[1] + latent_types.basket[2] then 2 + pick(activity.kd, 37, 2)
            else 4 + pick(activity.kd, 37, 3)
        end as item_count,
        case when u01(activity.kd, 31) < 0.65 then people.favourite_category else pick(activity.kd, 32, 8) end as category_number,
        4 as kind,
        true as is_store,
        -- Stores are open from nine to eight local time.
        day_time(activity.t, ((9 + 11 * u01(activity.kd, 38) - people.utc_offset + 48) % 24 * 3600)::int) as ordered_at
    from activity
    inner join people on activity.p = people.p
    inner join latent_types on people.z = latent_types.type_number
    where activity.is_store_order and activity.t >= getvariable('visits_from') and activity.t < getvariable('to_day')

),

passers_by as (

    select
        null::int as p,
        calendar.t,
        deed_number(calendar.t, 5, slots.slot) as order_number,
        child_key(calendar.kt, 900000 + slots.slot) as ko,
        child_key(calendar.kt, 1900000 + slots.slot) as item_key,
        1 + pick(child_key(calendar.kt, 900000 + slots.slot), 1, 2) as item_count,
        pick(child_key(calendar.kt, 900000 + slots.slot), 2, 8) as category_number,
        5 as kind,
        true as is_store,
        day_time(calendar.t, 32400 + pick(child_key(calendar.kt, 900000 + slots.slot), 3, 39600)) as ordered_at
    from calendar
    cross join range(getvariable('passer_by_slots')) as slots (slot)
    where
        calendar.t >= getvariable('visits_from')
        and calendar.t < getvariable('to_day')
        and u01(child_key(calendar.kt, 900000 + slots.slot), 4) < getvariable('passer_by_share')

),

orders as (

    select * from online
    union all
    select * from in_store
    union all
    select * from passers_by

)

select
    orders.*,
    'ord_' || hex40(orders.order_number) as order_id,
    people.z,
    people.k,
    coalesce(people.country, 'US') as country,
    coalesce(people.currency, 'USD') as currency,
    coalesce(people.locale, 'en-US') as locale,
    people.postcode,
    case when orders.is_store then 'store' when u01(orders.ko, 1) < 0.22 then 'app' else 'web' end as channel,
    -- Who the shop thinks it is: 1 the account, 2 the second account, 3 a guest account made for the order, 4 no account.
    case
        when orders.p is null then 4
        when people.kind in (0, 2) and orders.is_store and u01(orders.ko, 2) < 0.3 then 4
        when people.kind in (0, 2) and u01(orders.ko, 3) < 0.92
            then case when people.second_account_day <= orders.t and u01(orders.ko, 4) < 0.45 then 2 else 1 end
        when not orders.is_store and u01(orders.ko, 5) < 0.5 then 3
        else 4
    end as account_kind,
    case
        when people.second_email is null then people.email
        when account_kind = 2 or account_kind > 2 and u01(orders.ko, 6) < 0.35 then people.second_email
        else people.email
    end as email,
    people.junk_email,
    people.national_number,
    people.phone_prefix,
    people.trunk,
    people.first_name,
    people.last_name,
    orders.kind = 0 and u01(orders.ko, 7) < 0.003 and orders.p is not null and account_kind = 4 as is_junk_email,
    orders.p is not null
    and coalesce(u01(orders.ko, 8) < case when orders.kind = 1 then 0.3 else latent_types.coupon end, false) as has_coupon,
    case when u01(orders.ko, 9) < 0.035 and not orders.is_store then 'cancelled' else 'delivered' end as final_status,
    -- Tills and queues: most orders are available within a minute, a few days later, very few after more than a week.
    orders.ordered_at + to_seconds(20 + pick(orders.ko, 10, 40))
    + case
        when u01(orders.ko, 11) < 0.0006 then to_hours(8 * 24 + pick(orders.ko, 12, 240))
        when u01(orders.ko, 11) < 0.006 then to_hours(20 + pick(orders.ko, 12, 90))
        else to_hours(0)
    end as available_at,
    orders.ordered_at + to_minutes(600 + pick(orders.ko, 13, 2800)) as shipped_at,
    orders.ordered_at + to_minutes(600 + pick(orders.ko, 13, 2800) + 1400 + pick(orders.ko, 14, 7000)) as delivered_at,
    orders.ordered_at + to_minutes(30 + pick(orders.ko, 15, 1500)) as cancelled_at,
    case
        when u01(orders.ko, 9) < 0.035 and not orders.is_store then 'none'
        when u01(orders.ko, 16) < 0.045 then 'line'
        when u01(orders.ko, 16) < 0.060 then 'order'
        else 'none'
    end as refund_kind,
    orders.ordered_at + to_minutes(10000 + pick(orders.ko, 17, 35000)) as refunded_at,
    calendar.is_sale,
    year(calendar.day) * 4 + quarter(calendar.day) as quarter_number
from orders
left join people on orders.p = people.p
left join latent_types on people.z = latent_types.type_number
inner join calendar on orders.t = calendar.t;

create or replace temp table item_plan as
with

lines as (

    select
        order_plan.*,
        unnest(range(order_plan.item_count))::int as line_number
    from order_plan

),

chosen as (

    select
        lines.*,
        child_key(lines.item_key, 50 + lines.line_number) as ki,
        item_product(ki, lines.category_number, lines.k) as product_number
    from lines

)

select
    chosen.order_number,
    chosen.order_id,
    chosen.line_number,
    chosen.ki,
    chosen.product_number,
    'oi_' || hex40(chosen.order_number) || '_' || (chosen.line_number + 1) as order_item_id,
    product_prices.product_id,
    product_prices.product_name as description,
    case when u01(chosen.ki, 4) < 0.86 then 1 when u01(chosen.ki, 4) < 0.96 then 2 else 3 end as quantity,
    case
        when u01(chosen.ki, 5) < 0.0012 then 0
        when u01(chosen.ki, 5) < 0.0015 then -5
        else round(product_prices.price * rates.rate, 2)
    end::decimal(18, 4) as unit_price,
    case
        when chosen.is_sale and u01(chosen.ki, 6) < 0.5 and u01(chosen.ki, 5) >= 0.0015
            then round(product_prices.price * rates.rate * quantity * (0.1 + 0.05 * pick(chosen.ki, 7, 4)), 2)
        else 0
    end::decimal(18, 4) as discount_amount,
    chosen.currency,
    chosen.ko,
    chosen.p,
    chosen.t,
    chosen.ordered_at,
    chosen.available_at,
    chosen.refunded_at,
    chosen.refund_kind,
    chosen.has_coupon
from chosen
inner join product_prices on chosen.product_number = product_prices.product_number and chosen.quarter_number = product_prices.quarter_number
inner join rates on chosen.currency = rates.currency;

create or replace temp table order_totals as
select
    order_number,
    sum(quantity * unit_price - discount_amount) as goods_amount
from item_plan
group by order_number;
