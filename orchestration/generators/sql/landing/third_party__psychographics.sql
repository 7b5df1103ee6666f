with

versions as (

    select
        people.*,
        latent_types.price_attitude,
        versions.version,
        child_key(people.k, 640 + versions.version) as kv,
        date_trunc('month', getvariable('start_date') + people.enter_day)::date
        + to_months(1 + 12 * versions.version) + to_days(2) as updated_at
    from people
    inner join latent_types on people.z = latent_types.type_number
    cross join range(6) as versions (version)
    where u01(people.k, 641) < 0.4

)

select
    case when u01(kv, 1) < 0.001 then null else lower(email) end as email,
    array_to_string(list_distinct([
        case when u01(k, 642) < 0.7 then favourite.category_name end,
        other.category_name,
        pick_from(['travel', 'music', 'cooking', 'gardening', 'gaming', 'diy'], k, 643)
    ]), ';') as interests,
    pick_from(['urban professional', 'young family', 'empty nester', 'student', 'suburban', 'rural'], k, 644) as lifestyle,
    case
        when u01(k, 645) < price_attitude[1] then 'value'
        when u01(k, 645) < price_attitude[1] + price_attitude[2] then 'quality'
        else 'deal_seeker'
    end as price_attitude,
    updated_at::timestamp as updated_at,
    updated_at::timestamp + interval 6 hours as available_at,
    null::int as redelivered_after_hours
from versions
inner join categories as favourite on versions.favourite_category = favourite.category_number
inner join categories as other on pick(versions.k, 646, 8) = other.category_number
