-- Birth dates are text: some are no dates, and staging must tell.
with

versions as (

    select
        people.*,
        versions.version,
        child_key(people.k, 300 + versions.version) as kv,
        case versions.version
            when 1 then day_time(people.join_day, pick(people.k, 301, 86000))
            else day_time(people.enter_day + 20 + pick(people.k, 302, 700), pick(people.k, 303, 86000))
        end as updated_at,
        child_key(people.k, 313 + (versions.version = 2 and u01(people.k, 304) < 0.6)::int) as home_key
    from people
    inner join (values (1), (2)) as versions (version) on versions.version = 1 or u01(people.k, 305) < 0.25
    where people.kind in (0, 1)

)

select
    'C' || hex40(p) as contact_id,
    case
        when junk_email is not null and u01(k, 306) < 0.4 then junk_email
        when u01(kv, 2) < 0.03 then null
        when u01(kv, 2) < 0.035 then replace(email, '@', '(at)')
        when version = 2 and second_email is not null and u01(k, 307) < 0.5 then as_typed(second_email, kv)
        else as_typed(email, kv)
    end as email,
    case
        when u01(kv, 3) < 0.30 then null
        when u01(kv, 3) < 0.304 then '0000000000'
        when u01(kv, 3) < 0.308 then 'n/a'
        else phone_as_typed(phone_prefix, trunk, national_number, kv)
    end as phone,
    case
        when u01(kv, 4) < 0.04 then upper(first_name)
        when u01(kv, 4) < 0.08 then lower(first_name)
        when u01(kv, 4) < 0.10 then ' ' || first_name || ' '
        else first_name
    end as first_name,
    case
        when u01(kv, 4) < 0.04 then upper(last_name)
        when u01(kv, 4) < 0.08 then lower(last_name)
        when u01(kv, 4) > 0.97 then null
        else last_name
    end as last_name,
    case
        when u01(k, 310) < 0.12 then null
        when u01(kv, 5) < 0.002 then pick_from(['1990-02-31', '1985-13-01', '2001-06-31', '00/00/0000'], kv, 6)
        when u01(kv, 5) < 0.008 then pick_from(['1900-01-01', '1893-05-04', '2031-03-01'], kv, 6)
        else strftime(date '1942-01-01' + pick(k, 311, 23000), '%Y-%m-%d')
    end as birth_date,
    case
        when u01(k, 312) < 0.08 then null
        when u01(k, 312) < 0.10 then 'x'
        when u01(kv, 7) < 0.15 then case sex when 'f' then 'female' else 'male' end
        when u01(kv, 7) < 0.25 then upper(sex)
        else sex
    end as gender,
    case when u01(kv, 8) < 0.5 then locale else language end as language,
    time_zone,
    case
        when u01(kv, 9) < 0.06 then null
        when language = 'en' then (1 + pick(home_key, 1, 240)) || ' ' || pick_from(streets.words, home_key, 2)
        when language = 'fr' then (1 + pick(home_key, 1, 120)) || ' ' || pick_from(streets.words, home_key, 2)
        else pick_from(streets.words, home_key, 2) || ' ' || (1 + pick(home_key, 1, 160))
    end as street,
    city,
    case when u01(kv, 10) < 0.03 then null when u01(kv, 10) < 0.06 then lower(postcode) else postcode end as postcode,
    case when u01(kv, 11) < 0.1 then null else region end as region,
    case when u01(kv, 12) < 0.6 then country else pick_from(country_spellings, kv, 13) end as country,
    acquisition_source,
    day_time(join_day, pick(k, 301, 86000)) as created_at,
    updated_at,
    greatest(updated_at, getvariable('start_date')::timestamp + interval 1 second) as available_at,
    case when u01(kv, 1) < 0.004 then 30 end as redelivered_after_hours
from versions
inner join streets using (language)
