-- One row per person who has joined before the window ends. A person is a function of seed and number alone: number 1 up to
-- the founders joined before the world starts, the others join one after the other at an even pace.
create or replace table people as
with

numbered as (

    select
        person::int as p,
        mix32(low32(person::ubigint * 2654435769::ubigint + getvariable('seed_key')::ubigint)) as k,
        person <= getvariable('founders') as is_founder
    from range(1, getvariable('people_until') + 1) as numbers (person)

),

drawn as (

    select
        p,
        k,
        is_founder,
        case
            when is_founder then -1 - pick(k, 1, 1100)
            else floor((p - getvariable('founders') - 1) * getvariable('nominal_days') / getvariable('newcomers'))::int
        end as join_day,
        pick(k, 2, 100) as type_slot,
        pick(k, 3, 3) as activity_level,
        pick(k, 4, 256) as city_slot,
        case when u01(k, 5) < 0.55 then 'f' else 'm' end as sex,
        case when u01(k, 6) < 0.52 then 0 when u01(k, 6) < 0.60 then 1 when u01(k, 6) < 0.85 then 2 else 3 end as kind,
        u01(k, 7) >= getvariable('untracked_share') as is_tracked,
        case when u01(k, 8) < 0.5 then 0 when u01(k, 8) < 0.8 then 1 else 2 end as rhythm,
        case when u01(k, 9) < 0.2 then 7.5 when u01(k, 9) < 0.45 then 12.5 when u01(k, 9) < 0.9 then 19.5 else 22.0 end
        + normalish(k, 10) * 1.2 as peak_hour,
        case when u01(k, 13) < 0.45 then 1 when u01(k, 13) < 0.83 then 2 else 3 end as device_count,
        pick(k, 14, 8) as favourite_category,
        pick(k, 15, 100) as frequency_slot
    from numbered

),

placed as (

    select
        drawn.* exclude (type_slot, city_slot, frequency_slot),
        greatest(drawn.join_day, 0) as enter_day,
        type_slots.type_number as z,
        cities.* exclude (city_number),
        frequency_slots.frequency_number
    from drawn
    inner join type_slots on drawn.type_slot = type_slots.slot and drawn.is_founder = type_slots.is_founder
    inner join city_slots on drawn.city_slot = city_slots.slot
    inner join cities on city_slots.city_number = cities.city_number
    inner join frequency_slots on drawn.frequency_slot = frequency_slots.slot

),

named as (

    select
        placed.*,
        pick_from(first_names.words, k, 20) as first_name,
        pick_from(last_names.words, k, 21) as last_name
    from placed
    inner join first_names on placed.language = first_names.language and placed.sex = first_names.sex
    inner join last_names on placed.language = last_names.language

),

addressed as (

    select
        *,
        lower(replace(replace(strip_accents(first_name), ' ', ''), '''', '')) as first_ascii,
        lower(replace(replace(strip_accents(last_name), ' ', ''), '''', '')) as last_ascii,
        (p::bigint * 700001 % 9999991)::varchar as email_number,
        case
            when u01(k, 22) < 0.40 then 'gmail.com'
            when u01(k, 22) < 0.52 then 'outlook.com'
            when u01(k, 22) < 0.60 then 'hotmail.com'
            when u01(k, 22) < 0.68 then 'yahoo.com'
            when u01(k, 22) < 0.80 then 'icloud.com'
            when u01(k, 22) < 0.94 then mail_provider
            else pick_from(['northgate-partners', 'hallworth', 'ridgeline-labs', 'city-works', 'bellweather'], k, 23) || '.example'
        end as email_domain,
        area_code || case when area_code = '' then mobile_stem else '' end || seven_digits(p) as national_number
    from named

),

spells as (

    -- Alternating spells of being alive and dormant: spell_ends[n] is the first day of spell n + 1.
    select
        p,
        starts_dormant,
        list_transform(
            range(1, getvariable('spell_count') + 1),
            lambda n: geometric_days(
                u01(k, 30 + n),
                case when (n + starts_dormant) % 2 = 1 then dormancy_rate else return_rate end
            )
        ) as spell_days
    from (
        select
            placed.p,
            placed.k,
            (placed.is_founder and u01(placed.k, 30) < latent_types.dormant_at_start)::int as starts_dormant,
            latent_types.dormancy_rate,
            latent_types.return_rate
        from placed
        inner join latent_types on placed.z = latent_types.type_number
    )

)

select
    addressed.* exclude (first_ascii, last_ascii, email_number),
    addressed.p % 2 = 1 and u01(addressed.k, 40) < 0.02 as shares_device_with_next,
    case pick(k, 24, 4)
        when 0 then first_ascii || '.' || last_ascii || email_number
        when 1 then first_ascii || last_ascii || email_number
        when 2 then first_ascii || '_' || last_ascii || email_number
        else first_ascii[1:1] || '.' || last_ascii || email_number
    end || '@' || email_domain as email,
    -- One person in eight has a second address, which carries the number inside the name.
    case
        when u01(k, 25) < 0.12
            then
                first_ascii || email_number || last_ascii || '@'
                || pick_from(['gmail.com', 'outlook.com', 'yahoo.com', 'proton.me'], k, 26)
    end as second_email,
    case
        when u01(k, 27) < 0.006
            then pick_from(['test@test.com', 'noreply@shop.com', 'none@none.com', 'a@a.com', 'asdf@asdf.com'], k, 28)
    end as junk_email,
    pick_from(
        ['organic', 'organic', 'paid_search', 'paid_search', 'social', 'referral', 'email', 'store', 'affiliate'], k, 71
    ) as acquisition_source,
    postcode_stem
    || case postcode_digits
        when 1 then (1 + pick(k, 72, 9))::varchar
        else lpad(pick(k, 72, pow(10, postcode_digits)::int)::varchar, postcode_digits, '0')
    end
    || case country
        when 'GB' then ' ' || (1 + pick(k, 73, 9)) || pick_from(['AB', 'DE', 'HJ', 'LN', 'PQ', 'RT', 'UW', 'XY'], k, 74)
        when 'NL' then ' ' || pick_from(['AB', 'CD', 'EG', 'HJ', 'KL', 'NP', 'RS', 'TV'], k, 74)
        when 'CA'
            then
                pick_from(['A', 'B', 'C', 'E', 'G'], k, 73) || ' '
                || (1 + pick(k, 74, 9)) || pick_from(['B', 'H', 'K', 'M', 'T'], k, 75) || (1 + pick(k, 76, 9))
        else ''
    end as postcode,
    email_domain = 'icloud.com' or (email_domain = 'gmail.com' and u01(k, 29) < 0.22) as has_machine_opens,
    email_domain like '%.example' and u01(k, 29) < 0.3 as has_link_scanner,
    -- The day from which the mailbox no longer exists: some never did.
    case
        when u01(k, 60) < 0.025 then join_day
        when u01(k, 60) < 0.07 then join_day + pick(k, 61, 1500)
    end as mailbox_dead_day,
    kind <> 3 and u01(k, 62) < 0.68 as has_email_consent,
    case when u01(k, 63) < 0.75 then join_day else join_day + pick(k, 64, 120) end as consent_day,
    case when u01(k, 65) < 0.08 then join_day + 30 + pick(k, 66, 900) end as withdrawal_day,
    case when kind in (0, 2) and u01(k, 67) < 0.04 then enter_day + 20 + pick(k, 68, 400) end as second_account_day,
    case when kind in (0, 1) and u01(k, 69) < 0.5 then enter_day + pick(k, 70, 90) end as loyalty_day,
    spells.starts_dormant,
    list_transform(range(1, getvariable('spell_count') + 1), lambda n: (enter_day + list_sum(spells.spell_days[1:n]))::int) as spell_ends,
    (least(latent_types.visit_quiet * activity.factor, 0.5) * 65536)::float as quiet_visit_cut,
    (latent_types.mission_rate * activity.factor)::float as mission_rate
from addressed
inner join spells on addressed.p = spells.p
inner join latent_types on addressed.z = latent_types.type_number
inner join activity_levels as activity on addressed.activity_level = activity.level_number
order by addressed.p;
