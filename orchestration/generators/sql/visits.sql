-- Sessions of people on the days visits_from <= t < to_day: organic ones, carts bought a day later, clicks in e-mails.
-- Mail orders by store customers and orders in stores have no session and join at sql/orders.sql.
create or replace temp table visits as
with

organic as (

    select
        p,
        t,
        0 as kind,
        kd as ks,
        kd as cart_key,
        t as cart_day,
        outcome,
        depth,
        null::int as c,
        null::int as variant_number,
        null::timestamp as clicked_at
    from activity
    where is_visit and t >= getvariable('visits_from') and t < getvariable('to_day')

),

recovered as (

    select
        activity.p,
        activity.t + 1 as t,
        1 as kind,
        child_key(activity.kd, 800) as ks,
        activity.kd as cart_key,
        activity.t as cart_day,
        2 as outcome,
        0 as depth,
        null::int as c,
        null::int as variant_number,
        null::timestamp as clicked_at
    from activity
    where
        activity.outcome = 1
        and activity.is_tracked
        and activity.t + 1 >= getvariable('visits_from')
        and activity.t + 1 < getvariable('to_day')
        and u01(activity.kd, 9) < getvariable('cart_recovery')
        and not exists (
            select 1
            from messages
            where messages.p = activity.p and messages.cart_key = activity.kd and messages.is_clicked and messages.is_order_if_clicked
        )

),

clicked as (

    select
        p,
        day_number(clicked_at) as t,
        arg_min(messages, c) as message
    from messages
    where is_clicked and clicked_at >= day_time(getvariable('visits_from'), 0) and clicked_at < day_time(getvariable('to_day'), 0)
    group by p, day_number(clicked_at)

),

from_mail as (

    select
        p,
        t,
        2 as kind,
        child_key(message.km, 801) as ks,
        coalesce(message.cart_key, child_key(message.km, 802)) as cart_key,
        case when message.cart_key is null then t else message.t - 1 end as cart_day,
        case when message.is_order_if_clicked then 2 else message.cart_if_clicked end as outcome,
        0 as depth,
        message.c,
        message.variant_number,
        message.clicked_at
    from clicked

),

visits as (

    select * from organic
    union all
    select * from recovered
    union all
    select * from from_mail

),

placed as (

    select
        visits.*,
        people.z,
        people.k,
        people.is_tracked,
        people.favourite_category,
        people.join_day,
        people.utc_offset,
        people.peak_hour,
        case people.summer_time
            when 'north' then calendar.is_northern_summer
            when 'south' then not calendar.is_northern_summer
            else false
        end as is_summer_time,
        -- Sessions last twenty minutes at most, and start early enough to end on the same day.
        ((people.peak_hour + normalish(visits.ks, 30) * 2.4 - people.utc_offset - is_summer_time::int + 72) % 24 * 3600)::int as raw_second,
        case when raw_second > 85200 then 170400 - raw_second else raw_second end as start_second
    from visits
    inner join people on visits.p = people.p
    inner join calendar on visits.t = calendar.t

)

select
    placed.p,
    placed.t,
    placed.kind,
    placed.ks,
    placed.cart_key,
    placed.outcome,
    placed.depth,
    placed.c,
    placed.variant_number,
    placed.z,
    placed.k,
    placed.is_tracked,
    placed.t = placed.join_day as is_join_day,
    case when u01(placed.cart_key, 31) < 0.65 then placed.favourite_category else pick(placed.cart_key, 32, 8) end as category_number,
    coalesce(placed.clicked_at, day_time(placed.t, placed.start_second)) as started_at,
    case
        when placed.outcome = 2 then 240 + pick(placed.ks, 33, 900)
        else 30 + pick(placed.ks, 34, 240) * (1 + placed.depth)
    end as duration,
    case
        when placed.outcome = 0 then 0
        when placed.kind = 1 or placed.cart_key <> placed.ks and placed.cart_day < placed.t or placed.outcome = 1
            then 1 + (u01(placed.cart_key, 35) < 0.35)::int
        when u01(placed.ks, 36) < latent_types.basket[1] then 1
        when u01(placed.ks, 36) < latent_types.basket[1] + latent_types.basket[2] then 2 + pick(placed.ks, 37, 2)
        else 4 + pick(placed.ks, 37, 3)
    end as item_count,
    deed_number(placed.t, placed.kind, placed.p) as visit_number,
    -- A cart is numbered like the visit that began it.
    case
        when placed.kind = 2 and placed.cart_day = placed.t then visit_number
        else deed_number(placed.cart_day, 0, placed.p)
    end as cart_code
from placed
inner join latent_types on placed.z = latent_types.type_number;
