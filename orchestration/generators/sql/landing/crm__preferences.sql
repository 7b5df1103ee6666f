with

versions as (

    select
        people.*,
        frequencies.frequency,
        versions.version,
        child_key(people.k, 360 + versions.version) as kv,
        case versions.version
            when 1 then day_time(people.join_day, 40000 + pick(people.k, 361, 40000))
            else day_time(people.enter_day + 40 + pick(people.k, 362, 500), pick(people.k, 363, 86000))
        end as updated_at
    from people
    inner join frequencies on people.frequency_number = frequencies.frequency_number
    inner join (values (1), (2)) as versions (version) on versions.version = 1 or u01(people.k, 364) < 0.15
    where people.kind in (0, 1) and u01(people.k, 365) < 0.62

)

select
    'C' || hex40(p) as contact_id,
    array_to_string(list_distinct([
        favourite.category_name,
        case when u01(kv, 1) < 0.5 then other.category_name end,
        case when u01(kv, 2) < 0.3 then 'offers' end
    ]), ';') as topics,
    case
        when not has_email_consent then 'never'
        when u01(kv, 3) < 0.05 then initcap_word(frequency)
        else frequency
    end as frequency,
    case when u01(kv, 4) < 0.3 then 'email;sms' when u01(kv, 4) < 0.4 then 'email;push' when u01(kv, 4) < 0.95 then 'email' end as channels,
    updated_at,
    greatest(updated_at, getvariable('start_date')::timestamp + interval 1 second) as available_at,
    null::int as redelivered_after_hours
from versions
inner join categories as favourite on versions.favourite_category = favourite.category_number
inner join categories as other on pick(versions.kv, 5, 8) = other.category_number
