insert into messages
with

counted as (

    select
        p,
        c,
        t,
        km,
        count(*) over (partition by p order by t range between getvariable('fatigue_days') preceding and 1 preceding) as recent_count
    from sendings

),

campaign_messages as (

    select
        counted.p,
        counted.c,
        counted.t,
        counted.km,
        counted.recent_count,
        counted.t = mailable.stop_day as is_last,
        mailable.stop_reason,
        null::ubigint as cart_key
    from counted
    inner join mailable on counted.p = mailable.p
    where counted.t >= getvariable('from_day') and counted.t < getvariable('to_day')

),

-- The day after a cart was left, a reminder goes to those who may be mailed.
cart_messages as (

    select
        activity.p,
        campaigns.c,
        activity.t + 1 as t,
        child_key(activity.kd, 700) as km,
        0 as recent_count,
        false as is_last,
        null as stop_reason,
        activity.kd as cart_key
    from activity
    inner join mailable on activity.p = mailable.p
    inner join calendar on activity.t + 1 = calendar.t
    inner join campaigns
        on campaigns.campaign_type = 'cart_recovery' and date_trunc('month', calendar.day)::date = campaigns.day
    where
        activity.outcome = 1
        and activity.is_tracked
        and activity.t + 1 >= getvariable('from_day')
        and activity.t + 1 < getvariable('to_day')
        and activity.t + 1 between mailable.mail_from and mailable.mail_until - 1
        and u01(activity.kd, 8) < getvariable('reminder_share')

),

drawn as (

    select
        messages.*,
        case
            when u01(km, 3) < getvariable('control_share') then 1
            when u01(km, 3) < getvariable('control_share') + getvariable('variant_share') then 2
            else 3
        end as variant_number,
        is_alive_on(people.starts_dormant, people.spell_ends, messages.t) as is_alive,
        people.has_machine_opens,
        people.has_link_scanner,
        people.peak_hour,
        people.utc_offset,
        latent_types.open_rate,
        latent_types.click_rate,
        latent_types.mail_order,
        campaigns.open_factors,
        campaigns.click_factors,
        campaigns.order_factors,
        campaigns.start_seconds
    from (
        select * from campaign_messages
        union all by name
        select * from cart_messages
    ) as messages
    inner join people on messages.p = people.p
    inner join latent_types on people.z = latent_types.type_number
    inner join campaigns on messages.c = campaigns.c

),

decided as (

    select
        *,
        coalesce(stop_reason, '') = 'hard_bounce' and is_last as is_hard_bounce,
        u01(km, 7) < case
            when cart_key is not null then getvariable('reminder_open')
            else least(open_rate * open_factors[variant_number], 0.9)
                * exp(-getvariable('fatigue') * recent_count) * case when is_alive then 1 else getvariable('dormant_open') end
        end as is_opened,
        u01(km, 8) < case
            when cart_key is not null then getvariable('reminder_click') * click_factors[variant_number]
            else least(click_rate * click_factors[variant_number], 0.9) * case when is_alive then 1 else getvariable('dormant_click') end
        end as is_click_if_opened,
        (peak_hour - utc_offset + normalish(km, 12) * 0.8 + 72) % 24 as own_hour,
        -- Half of the people read soon after it arrives, the others at their own hour, that day or the next.
        case
            when u01(km, 9) < 0.45 then 120 + 5400 * u01(km, 10) * u01(km, 11)
            else
                60 + (own_hour * 3600 - start_seconds - pick(km, 20, 900) + 172800) % 86400
                + case when u01(km, 16) < 0.15 then 86400 else 0 end
        end as open_delay
    from drawn

),

timed as (

    select
        *,
        day_time(t, start_seconds + pick(km, 20, 900)) as sent_at,
        case when u01(km, 21) < 0.008 then 7200 else 0 end + 2 + pick(km, 22, 40) as delivery_delay,
        open_delay + 60 as human_open_delay
    from decided

)

select
    p,
    c,
    t,
    km,
    variant_number,
    recent_count,
    cart_key,
    is_alive,
    is_last,
    is_hard_bounce,
    case when is_last then stop_reason end as stop_reason,
    sent_at,
    delivery_delay >= 7200 as is_soft_bounce,
    case when not is_hard_bounce then sent_at + to_seconds(delivery_delay) end as delivered_at,
    has_machine_opens and not is_hard_bounce and u01(km, 23) < 0.93 as is_machine_open,
    has_link_scanner and not is_hard_bounce as is_scanned,
    is_opened and not is_hard_bounce as is_opened,
    is_opened and is_click_if_opened and not is_hard_bounce as is_clicked,
    (is_opened and not is_hard_bounce)
    and (not has_machine_opens or is_click_if_opened or u01(km, 24) < getvariable('visible_open')) as is_open_visible,
    sent_at + to_microseconds(((delivery_delay + human_open_delay) * 1000000)::bigint) as opened_at,
    sent_at + to_microseconds(((delivery_delay + human_open_delay + 8 + pick(km, 25, 120)) * 1000000)::bigint) as clicked_at,
    u01(km, 26) < order_factors[variant_number] * case when cart_key is not null then getvariable('reminder_order') else mail_order end
        as is_order_if_clicked,
    case when u01(km, 27) < 0.25 then 1 else 0 end as cart_if_clicked
from timed;
