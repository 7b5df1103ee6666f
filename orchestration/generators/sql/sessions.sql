-- Web sessions of which something becomes available between window_start and window_end: those of people who let themselves
-- be tracked, of visitors who never say who they are, and of bots.
create or replace temp table sessions as
with

personal as (

    select
        visits.p,
        visits.k as person_key,
        visits.visit_number,
        visits.ks,
        visits.cart_key,
        visits.outcome,
        visits.started_at,
        visits.duration::double as duration,
        visits.category_number,
        visits.item_count,
        visits.cart_code,
        visits.kind,
        visits.c,
        visits.depth,
        visits.is_join_day,
        people.kind in (0, 2) as has_account,
        people.second_account_day <= visits.t as has_second_account,
        people.email,
        people.country,
        people.region,
        people.locale,
        order_plan.order_id,
        order_plan.account_kind,
        order_plan.email as order_email,
        case
            when people.device_count = 1 or visits.outcome = 2 and people.device_count = 3 and u01(visits.ks, 40) < 0.6 then 0
            when people.device_count = 2 then (u01(visits.ks, 40) < 0.35)::int
            when visits.outcome = 2 then 1
            when u01(visits.ks, 40) < 0.55 then 0
            when u01(visits.ks, 40) < 1 - getvariable('unlinked_visit_share') then 1
            else 2
        end as device_number,
        people.p % 2 = 0 and neighbours.shares_device_with_next and device_number = 0 and u01(visits.ks, 41) < 0.4 as is_on_shared_device,
        case when is_on_shared_device then neighbours.p else people.p end as owner_p,
        case when is_on_shared_device then neighbours.k else people.k end as owner_k,
        has_account and visits.kind = 0 and u01(visits.ks, 42) < 0.003 as is_on_kiosk
    from visits
    inner join people on visits.p = people.p
    left join people as neighbours on visits.p - 1 = neighbours.p
    left join order_plan on visits.visit_number = order_plan.order_number
    where visits.is_tracked and visits.t >= getvariable('sessions_from')

),

people_sessions as (

    select
        visit_number,
        person_key,
        ks,
        cart_key,
        outcome,
        started_at,
        duration,
        category_number,
        item_count,
        cart_code,
        country,
        region,
        locale,
        order_id,
        case when is_on_kiosk then 'store-kiosk-' || pick(ks, 43, 3) else 'a-' || hex40(owner_p * 4 + device_number) end as anonymous_id,
        case
            when is_on_kiosk then mix32(77::ubigint + pick(ks, 43, 3)::ubigint)
            else child_key(owner_k, 200 + device_number)
        end as device_key,
        is_on_kiosk,
        case
            when device_number = 2 then null
            when outcome = 2 then case account_kind when 1 then first_account(p) when 2 then second_account(p) end
            when has_account and (is_on_kiosk or u01(ks, 44) < 0.35)
                then case when has_second_account and u01(ks, 45) < 0.3 then second_account(p) else first_account(p) end
        end as user_id,
        case
            when device_number = 2 then null
            when outcome = 2 then order_email
            when kind = 2 and u01(ks, 46) < 0.6 then email
            when is_join_day then email
        end as identified_email,
        c,
        case when outcome > 0 then least(item_count, 3) else 0 end as cart_count,
        case depth
            when 0 then (u01(ks, 47) < 0.2)::int
            when 1 then 1 + (u01(ks, 48) < 0.4)::int
            else 3 + pick(ks, 48, 3)
        end as extra_views,
        (u01(ks, 49) < 0.28)::int as search_count,
        1 + (u01(ks, 50) < 0.25)::int as page_count,
        (outcome = 1 and u01(ks, 51) < 0.15)::int as remove_count,
        (outcome = 2 or outcome = 1 and u01(ks, 52) < 0.35)::int as checkout_count,
        (u01(ks, 53) < 0.015)::int as share_count,
        false as is_bot,
        null::varchar as bot_agent
    from personal

),

other_slots as (

    select
        calendar.t,
        slots.slot,
        child_key(calendar.kt, 3000000 + slots.slot) as ks,
        slots.slot >= getvariable('visitor_slots') as is_bot
    from calendar
    cross join range(getvariable('visitor_slots') + getvariable('bot_slots')) as slots (slot)
    where calendar.t >= getvariable('sessions_from') and calendar.t < getvariable('to_day')

),

other_sessions as (

    select
        deed_number(t, case when is_bot then 6 else 5 end, other_slots.slot) as visit_number,
        null as person_key,
        ks,
        ks as cart_key,
        (not is_bot and u01(ks, 1) < 0.08)::int as outcome,
        day_time(t, pick(ks, 2, 82800)) as started_at,
        case when is_bot then 60 + pick(ks, 3, 240) else 20 + pick(ks, 3, 400) end::double as duration,
        pick(ks, 4, 8) as category_number,
        1 as item_count,
        visit_number as cart_code,
        cities.country,
        cities.region,
        cities.locale,
        null as order_id,
        'a-' || hex40(visit_number) as anonymous_id,
        ks as device_key,
        false as is_on_kiosk,
        null as user_id,
        null as identified_email,
        null as c,
        (not is_bot and u01(ks, 1) < 0.08)::int as cart_count,
        case when is_bot then 25 + pick(ks, 5, 70) else pick(ks, 5, 4) end as extra_views,
        (not is_bot and u01(ks, 49) < 0.2)::int as search_count,
        case when is_bot then 10 + pick(ks, 6, 30) else 1 end as page_count,
        0 as remove_count,
        0 as checkout_count,
        0 as share_count,
        is_bot,
        case
            when is_bot then pick_from([
                'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
                'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
                'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
                'python-requests/2.32.3',
                'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36',
                null
            ], ks, 7)
        end as bot_agent
    from other_slots
    inner join city_slots on pick(ks, 8, 256) = city_slots.slot
    inner join cities on city_slots.city_number = cities.city_number
    where u01(ks, 9) < case when is_bot then getvariable('bot_share') else getvariable('visitor_share') end

),

all_sessions as (

    select * from people_sessions
    union all by name
    select * from other_sessions

),

delayed as (

    select
        all_sessions.*,
        devices.device_type,
        devices.browser,
        coalesce(bot_agent, devices.user_agent) as user_agent,
        -- Phones that were offline: some hours, some days, very few more than a week.
        case
            when u01(ks, 60) < 0.0012 then 8 * 86400 + pick(ks, 61, 10 * 86400)
            when u01(ks, 60) < 0.0070 then 43200 + pick(ks, 61, 5 * 86400)
            when u01(ks, 60) < 0.03 then pick(ks, 61, 10800)
            else 0
        end as delay_seconds,
        -- Device clocks that are wrong: by hours or days, and one in ten thousand sessions lives in another year.
        case
            when is_bot then 0
            when u01(ks, 62) < 0.0001 then 300000000
            when u01(device_key, 63) < 0.004 then 3600 * (2 + pick(device_key, 64, 70))
            when u01(device_key, 63) < 0.006 then -3600 * (1 + pick(device_key, 64, 24))
            else 0
        end as skew_seconds,
        page_count + search_count + extra_views + least(cart_count, 2) + share_count + cart_count + remove_count + checkout_count
        + (outcome = 2)::int as event_count
    from all_sessions
    inner join device_slots on pick(device_key, 1, 100) = device_slots.slot
    inner join devices on device_slots.device_number = devices.device_number

)

-- Texts that all events of a session share are made once, here.
select
    delayed.*,
    'e' || hex40(delayed.visit_number) as event_prefix,
    'cart_' || hex40(delayed.cart_code) as cart_id,
    categories.category_name,
    categories.search_words,
    campaigns.campaign_id,
    case when campaigns.campaign_id is not null then 'email' else traffic.utm_source end as utm_source,
    case when campaigns.campaign_id is not null then 'email' else traffic.utm_medium end as utm_medium,
    coalesce(campaigns.campaign_id, traffic.utm_campaign) as utm_campaign,
    traffic.referrer,
    copies.copy_number,
    copies.copy_number * (3600 + pick(delayed.ks, 65, 100000)) as copy_delay_seconds
from delayed
inner join categories on delayed.category_number = categories.category_number
inner join traffic_slots on pick(delayed.ks, 70, 100) = traffic_slots.slot
inner join traffic on traffic_slots.traffic_number = traffic.traffic_number
left join campaigns on delayed.c = campaigns.c
-- One session in 150 is delivered twice, the second time within a day.
inner join (values (0), (1)) as copies (copy_number) on copies.copy_number = 0 or u01(delayed.ks, 66) < 0.0065
where
    started_at + to_seconds((delay_seconds + copy_delay_seconds + duration + 3600)::bigint) >= getvariable('window_start')
    and started_at + to_seconds((delay_seconds + copy_delay_seconds)::bigint) < getvariable('window_end');
