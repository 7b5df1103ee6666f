with

versions as (

    select
        people.*,
        latent_types.tier,
        versions.version,
        child_key(people.k, 320 + versions.version) as kv,
        day_time(people.loyalty_day, pick(people.k, 321, 86000)) as joined_at,
        -- The balance is written again every thirteen weeks.
        joined_at + to_days(91 * versions.version) as updated_at
    from people
    inner join latent_types on people.z = latent_types.type_number
    cross join range(getvariable('loyalty_versions')) as versions (version)
    where
        people.loyalty_day is not null
        and people.loyalty_day + 91 * versions.version >= getvariable('window_first_day') - 1
        and people.loyalty_day + 91 * versions.version < getvariable('to_day')

)

select
    'L' || hex40(p) as loyalty_id,
    case when u01(k, 322) < 0.02 then null else 'C' || hex40(p) end as contact_id,
    case
        when u01(k, 323) < tier[1] then 'bronze'
        when u01(k, 323) < tier[1] + tier[2] then 'silver'
        when u01(k, 323) < tier[1] + tier[2] + tier[3] then 'gold'
        else 'platinum'
    end as tier,
    (
        case
            when u01(k, 323) < tier[1] then 100
            when u01(k, 323) < tier[1] + tier[2] then 600
            when u01(k, 323) < tier[1] + tier[2] + tier[3] then 1800
            else 5200
        end * (0.4 + 1.2 * u01(kv, 1))
    )::bigint as points,
    joined_at,
    updated_at,
    updated_at as available_at,
    null::int as redelivered_after_hours
from versions
