-- One row per day from the first day of the world to the last one that matters.
create or replace table calendar as
select
    days.t::int as t,
    getvariable('start_date') + days.t::int as day,
    mix32(low32((days.t + 1)::ubigint * 3266489917::ubigint + getvariable('seed_key')::ubigint)) as kt,
    getvariable('month_season')[month(day)] as season,
    list_transform(getvariable('rhythms'), lambda rhythm: rhythm[isodow(day)]) as weekday_factors,
    exists(
        select 1
        from sale_periods
        where month(day) * 100 + day(day) between sale_periods.from_day and sale_periods.to_day
    ) as is_sale,
    month(day) * 100 + day(day) between 328 and 1026 as is_northern_summer
from range(getvariable('calendar_days')) as days (t);
