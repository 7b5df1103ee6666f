with

messages_here as (

    select
        messages.p,
        message_id_of(messages.t, messages.c, messages.p) as message_id,
        people.email,
        messages.km,
        messages.stop_reason,
        messages.is_hard_bounce,
        messages.is_soft_bounce,
        messages.is_machine_open,
        messages.is_scanned,
        messages.is_open_visible,
        messages.is_clicked,
        messages.is_last,
        messages.sent_at,
        messages.delivered_at,
        messages.opened_at,
        messages.clicked_at,
        campaigns.category,
        device_kinds.user_agent,
        device_kinds.device_type,
        -- The webhook now and then comes days later.
        case
            when u01(messages.km, 50) < 0.0006 then 9 * 24 + pick(messages.km, 51, 120)
            when u01(messages.km, 50) < 0.006 then 20 + pick(messages.km, 51, 100)
            else 0
        end as delay_hours
    from messages
    inner join people on messages.p = people.p
    inner join campaigns on messages.c = campaigns.c
    inner join device_slots on pick(people.k, 52, 100) = device_slots.slot
    inner join devices as device_kinds on device_slots.device_number = device_kinds.device_number
    where messages.t >= getvariable('mail_from_day')

),

events as (

    select
        *,
        1 as event_number,
        'hard_bounce' as event_type,
        sent_at + interval 3 seconds as event_at
    from messages_here
    where is_hard_bounce

    union all

    select
        *,
        2,
        'soft_bounce',
        sent_at + interval 4 seconds
    from messages_here
    where is_soft_bounce and not is_hard_bounce

    union all

    select
        *,
        3,
        'delivered',
        delivered_at
    from messages_here
    where not is_hard_bounce

    union all

    select
        *,
        4,
        'open',
        delivered_at + to_seconds(1 + pick(km, 53, 900))
    from messages_here
    where is_machine_open

    union all

    select
        *,
        5,
        'click',
        delivered_at + to_seconds(1 + pick(km, 54, 6))
    from messages_here
    where is_scanned

    union all

    select
        *,
        6,
        'open',
        opened_at
    from messages_here
    where is_open_visible or stop_reason in ('unsubscribe', 'complaint')

    union all

    select
        *,
        7,
        'open',
        opened_at + to_minutes(30 + pick(km, 55, 2000))
    from messages_here
    where is_open_visible and u01(km, 56) < 0.12

    union all

    select
        *,
        8,
        'click',
        clicked_at
    from messages_here
    where is_clicked

    union all

    select
        *,
        9,
        stop_reason,
        opened_at + interval 40 seconds
    from messages_here
    where stop_reason in ('unsubscribe', 'complaint')

)

select
    message_id || '_' || event_number as event_id,
    case when u01(km, 60 + event_number) < 0.0004 then null else message_id end as message_id,
    email,
    case when u01(km, 60 + event_number) > 0.9998 then 'processed' else event_type end as event_type,
    event_at,
    case when event_type = 'click' then 'https://shop.example/c/' || category end as url,
    case
        when event_number = 4 then 'Mozilla/5.0'
        when event_number = 5 then 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/79.0.3945.88 Safari/537.36'
        when event_type in ('open', 'click') then user_agent
    end as user_agent,
    case
        when event_number = 4 then 'proxy'
        when event_number = 5 then 'datacenter'
        when event_type not in ('open', 'click') then null
        when device_type = 'mobile' and u01(km, 57) < 0.6 then 'mobile'
        when device_type <> 'mobile' and u01(km, 57) < 0.15 then 'corporate'
        else 'residential'
    end as ip_class,
    event_at + interval 30 seconds + to_hours(delay_hours) as available_at,
    case when u01(km, 80 + event_number) < 0.004 then 11 end as redelivered_after_hours
from events
