with

accounts as (

    select
        people.p,
        first_account(people.p) as shop_customer_id,
        child_key(people.k, 400) as kv,
        people.k,
        case when people.junk_email is not null then people.junk_email else people.email end as email,
        people.phone_prefix,
        people.trunk,
        people.national_number,
        people.first_name,
        people.last_name,
        people.country,
        people.country_spellings,
        people.kind,
        false as is_guest,
        day_time(people.join_day, pick(people.k, 401, 86000)) as created_at,
        case
            when u01(people.k, 402) < 0.15 then day_time(people.enter_day + 15 + pick(people.k, 403, 600), pick(people.k, 404, 86000))
        end as changed_at
    from people
    where people.kind in (0, 2)

    union all

    select
        p,
        second_account(p),
        child_key(k, 410),
        k,
        coalesce(second_email, email),
        phone_prefix,
        trunk,
        national_number,
        first_name,
        last_name,
        country,
        country_spellings,
        kind,
        false,
        day_time(second_account_day, 0),
        null
    from people
    where second_account_day is not null

    union all

    select
        order_plan.p,
        guest_account(order_plan.order_number),
        child_key(order_plan.ko, 420),
        order_plan.k,
        order_plan.email,
        order_plan.phone_prefix,
        order_plan.trunk,
        order_plan.national_number,
        order_plan.first_name,
        order_plan.last_name,
        order_plan.country,
        [order_plan.country],
        3,
        true,
        order_plan.ordered_at,
        null
    from order_plan
    where order_plan.account_kind = 3

),

versions as (

    select
        *,
        1 as version,
        created_at as updated_at
    from accounts

    union all

    select
        *,
        2 as version,
        changed_at as updated_at
    from accounts
    where changed_at is not null

)

select
    shop_customer_id,
    as_typed(email, child_key(kv, version)) as email,
    case when u01(kv, 1) < 0.45 then null else phone_as_typed(phone_prefix, trunk, national_number, child_key(kv, version)) end as phone,
    case when u01(kv, 2) < 0.05 then upper(first_name) when u01(kv, 2) < 0.12 then first_name[1:1] || '.' else first_name end as first_name,
    case when u01(kv, 2) < 0.05 then upper(last_name) else last_name end as last_name,
    case when u01(kv, 3) < 0.7 then country else pick_from(country_spellings, kv, 4) end as country,
    case when is_guest then 'web' when u01(kv, 5) < 0.65 then 'web' when u01(kv, 5) < 0.88 then 'app' else 'store' end as channel,
    is_guest,
    case when kind = 0 and not is_guest and u01(kv, 6) < 0.6 then 'C' || hex40(p) end as contact_id,
    created_at,
    updated_at,
    greatest(updated_at, getvariable('start_date')::timestamp + interval 1 second) as available_at,
    case when u01(kv, 7) < 0.004 then 9 end as redelivered_after_hours
from versions
