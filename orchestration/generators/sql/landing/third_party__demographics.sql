-- Household sizes are text: the vendor writes "5+" now and then.
with

versions as (

    select
        people.*,
        versions.version,
        child_key(people.k, 620 + versions.version) as kv,
        -- The vendor delivers on the second of the month after somebody appears, and again a year later.
        date_trunc('month', getvariable('start_date') + people.enter_day)::date
        + to_months(1 + 12 * versions.version) + to_days(1) as updated_at
    from people
    cross join range(6) as versions (version)
    where u01(people.k, 621) < 0.55

)

select
    lower(email) as email,
    pick_from(['under 25k', '25k-50k', '50k-75k', '75k-100k', 'over 100k'], k, 622) as income_band,
    case when u01(kv, 1) < 0.003 then '5+' else (1 + pick(k, 623, 5))::varchar end as household_size,
    pick_from(['secondary', 'vocational', 'bachelor', 'master', 'doctorate'], k, 624) as education,
    case when u01(k, 625) < 0.1 then null else u01(k, 625) < 0.6 end as is_homeowner,
    updated_at::timestamp as updated_at,
    updated_at::timestamp + interval 6 hours as available_at,
    null::int as redelivered_after_hours
from versions
