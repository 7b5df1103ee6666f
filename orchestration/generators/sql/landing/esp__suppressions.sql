with

suppressions as (

    select
        mail_stops.p,
        people.k,
        people.email,
        mail_stops.stop_reason as reason,
        day_time(mail_stops.stop_day + 1, pick(people.k, 600, 86000)) as suppressed_at,
        case
            when mail_stops.stop_reason = 'hard_bounce' and u01(people.k, 601) < 0.04 then 60 + pick(people.k, 602, 100)
        end as lifted_after
    from mail_stops
    inner join people on mail_stops.p = people.p

    union all

    select
        p,
        k,
        email,
        'manual',
        day_time(enter_day + pick(k, 604, 700), pick(k, 600, 86000)),
        null
    from people
    where u01(k, 603) < 0.002

),

versions as (

    select
        *,
        1 as version,
        suppressed_at as updated_at
    from suppressions

    union all

    select
        *,
        2 as version,
        suppressed_at + to_days(lifted_after) as updated_at
    from suppressions
    where lifted_after is not null

)

select
    'sup_' || hex40(p::bigint * 2 + (reason = 'manual')::int) as suppression_id,
    email,
    reason,
    suppressed_at,
    case when version = 2 then updated_at end as lifted_at,
    updated_at,
    updated_at as available_at,
    null::int as redelivered_after_hours
from versions
