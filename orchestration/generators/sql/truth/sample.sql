-- The people whose purchase probability is computed, with all that the observer is told about them and, apart, the latent truth.
select
    people.p,
    people.z,
    people.activity_level,
    people.is_founder,
    people.enter_day,
    people.rhythm,
    people.is_tracked,
    people.device_count = 3 as has_unlinked_device,
    people.has_machine_opens,
    people.frequency_number,
    people.starts_dormant,
    people.spell_ends,
    coalesce(mailable.mail_from, 99999) as mail_from,
    coalesce(mailable.mail_until, -1) as mail_until,
    coalesce(people.loyalty_day, 99999) as loyalty_day,
    case
        when people.loyalty_day is null then -1
        when u01(people.k, 323) < latent_types.tier[1] then 0
        when u01(people.k, 323) < latent_types.tier[1] + latent_types.tier[2] then 1
        when u01(people.k, 323) < latent_types.tier[1] + latent_types.tier[2] + latent_types.tier[3] then 2
        else 3
    end as tier,
    day_number(date_trunc('month', getvariable('start_date') + people.enter_day)::date + to_months(1) + to_days(3)) as attitude_day,
    case
        when u01(people.k, 641) >= 0.4 then -1
        when u01(people.k, 645) < latent_types.price_attitude[1] then 0
        when u01(people.k, 645) < latent_types.price_attitude[1] + latent_types.price_attitude[2] then 1
        else 2
    end as price_attitude
from people
inner join latent_types on people.z = latent_types.type_number
left join mailable on people.p = mailable.p
where people.p % getvariable('sample_step') = 0 and people.join_day <= getvariable('last_day')
order by people.p
