-- The campaigns of the whole world so far, and for each person the message after which no more are sent. Both are functions
-- of the seed, so a later day finds the same answer.
create or replace table campaigns as
with

slots as (

    select
        t,
        day,
        unnest(case
            when isodow(day) = 2 then ['newsletter']
            when isodow(day) = 4 then ['promotion']
            else []::varchar[]
        end || case when day(day) = 15 then ['win_back'] else [] end
        || case when day(day) = 10 and month(day) % 2 = 1 then ['product_launch'] else [] end
        || case when day(day) = 1 then ['cart_recovery'] else [] end) as campaign_type
    from calendar

)

select
    t,
    day,
    campaign_type,
    list_position(getvariable('campaign_types'), campaign_type)::int as type_number,
    (t * 8 + type_number)::int as c,
    mix32(low32(c::ubigint * 2246822519::ubigint + getvariable('seed_key')::ubigint)) as kc,
    'cmp_' || strftime(day, '%Y%m%d') || '_' || campaign_type as campaign_id,
    -- The control is the house style; a and b truly differ from it, by factors on open, click and order after a click.
    [1.0, within(getvariable('open_factor_range'), kc, 1), within(getvariable('open_factor_range'), kc, 2)] as open_factors,
    [1.0, within(getvariable('click_factor_range'), kc, 3), within(getvariable('click_factor_range'), kc, 4)] as click_factors,
    [1.0, within(getvariable('order_factor_range'), kc, 5), within(getvariable('order_factor_range'), kc, 6)] as order_factors,
    category_names[1 + pick(kc, 7, 8)] as category,
    case when campaign_type <> 'newsletter' then pick_from(['SAVE10', 'SAVE15', 'FREESHIP', 'WELCOME5'], kc, 8) end as offer_code,
    9 * 3600 + pick(kc, 9, 8) * 1800 as start_seconds
from slots
cross join (select list(category_name order by category_number) as category_names from categories) as all_categories;

create or replace macro target_share(campaign_type, newsletter_share, promotion_share) as case campaign_type
    when 'newsletter' then newsletter_share
    when 'promotion' then promotion_share
    when 'product_launch' then promotion_share * getvariable('launch_factor')
    when 'win_back' then getvariable('win_back_share')
    else 0
end;

create or replace table mail_stops as
select
    people.p,
    min(campaigns.t) as stop_day,
    arg_min(
        case
            when people.mailbox_dead_day <= campaigns.t then 'hard_bounce'
            when u01(mix32(xor(people.k, campaigns.kc)), 2) < getvariable('unsubscribe_share') then 'unsubscribe'
            else 'complaint'
        end,
        campaigns.t
    ) as stop_reason
from people
inner join frequencies on people.frequency_number = frequencies.frequency_number
cross join campaigns
where
    people.has_email_consent
    and campaigns.t > greatest(people.enter_day, people.consent_day)
    and (people.withdrawal_day is null or campaigns.t < people.withdrawal_day)
    and u01(mix32(xor(people.k, campaigns.kc)), 1)
    < target_share(campaigns.campaign_type, frequencies.newsletter_share, frequencies.promotion_share)
    and (people.mailbox_dead_day <= campaigns.t or u01(mix32(xor(people.k, campaigns.kc)), 2) < getvariable('stop_share'))
group by people.p;

-- The days on which a person may be mailed: from mail_from to mail_until, both included.
create or replace table mailable as
select
    people.p,
    greatest(people.enter_day, people.consent_day) + 1 as mail_from,
    least(coalesce(people.withdrawal_day - 1, 99999), coalesce(mail_stops.stop_day, 99999)) as mail_until,
    mail_stops.stop_day,
    mail_stops.stop_reason,
    frequencies.newsletter_share,
    frequencies.promotion_share
from people
inner join frequencies on people.frequency_number = frequencies.frequency_number
left join mail_stops on people.p = mail_stops.p
where people.has_email_consent;
