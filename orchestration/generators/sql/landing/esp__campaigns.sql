with

versions as (

    -- Planned a week ahead, and written again with the final cost on the day after.
    select
        campaigns.*,
        versions.version,
        case versions.version when 1 then day_time(t - 7, 36000) else day_time(t + 1, 36000) end as updated_at
    from campaigns
    cross join (values (1), (2)) as versions (version)

)

select
    campaign_id,
    initcap_word(replace(campaign_type, '_', ' ')) || ' ' || strftime(day, '%d %b %Y') as name,
    campaign_type,
    category,
    offer_code,
    case
        when version = 1 and u01(kc, 20) < 0.05 then null
        else round((150 + 400 * u01(kc, 21)) * sqrt(getvariable('customers') / 20000.0) * (1 + 0.1 * version), 2)
    end::decimal(18, 4) as cost,
    'USD' as currency,
    day_time(t, start_seconds) as scheduled_at,
    updated_at,
    greatest(updated_at, getvariable('start_date')::timestamp + interval 1 second) as available_at,
    null::int as redelivered_after_hours
from versions
