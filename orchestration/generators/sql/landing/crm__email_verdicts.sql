with

checks as (

    select
        people.*,
        addresses.which,
        checks.check_number,
        case addresses.which when 1 then people.email when 2 then people.second_email else people.junk_email end as checked_email,
        child_key(people.k, 380 + addresses.which * 8 + checks.check_number) as kv,
        -- A check at the start and one more each year.
        people.enter_day + 1 + checks.check_number * 365 as check_day
    from people
    inner join (values (1), (2), (3)) as addresses (which)
        on
            addresses.which = 1
            or addresses.which = 2 and people.second_email is not null
            or addresses.which = 3 and people.junk_email is not null
    cross join range(8) as checks (check_number)
    where
        u01(people.k, 380) < 0.85
        and people.enter_day + 1 + checks.check_number * 365 >= getvariable('window_first_day') - 2
        and people.enter_day + 1 + checks.check_number * 365 < getvariable('to_day')

)

select
    'ver_' || hex40(p::bigint * 64 + which * 8 + check_number) as verdict_id,
    lower(checked_email) as email,
    case
        when u01(kv, 1) < 0.001 then null
        when which = 3 then 'invalid'
        when which = 1 and mailbox_dead_day <= check_day then case when u01(kv, 2) < 0.9 then 'invalid' else 'risky' end
        when u01(kv, 2) < 0.05 then 'risky'
        else 'valid'
    end as verdict,
    day_time(check_day, pick(kv, 3, 86000)) as checked_at,
    checked_at as available_at,
    case when u01(kv, 4) < 0.003 then 20 end as redelivered_after_hours
from checks
