-- Every identifier that a person may show, in the form that staging normalises it to. A shared device belongs to two people.
with

present as (

    select *
    from people
    where join_day <= getvariable('last_day')

)

select
    'crm_contact_id' as identifier_type,
    'C' || hex40(p) as identifier_value,
    p::bigint as person_id
from present
where kind in (0, 1)

union all

select
    'shop_customer_id',
    first_account(p),
    p
from present
where kind in (0, 2)

union all

select
    'shop_customer_id',
    second_account(p),
    p
from present
where second_account_day <= getvariable('last_day')

union all

select
    'shop_customer_id',
    shop_customer_id,
    person_id
from seen_guest_accounts

union all

select
    'loyalty_id',
    'L' || hex40(p),
    p
from present
where loyalty_day <= getvariable('last_day')

union all

select
    'email',
    canonical_email(email),
    p
from present

union all

select
    'email',
    canonical_email(second_email),
    p
from present
where second_email is not null

union all

select
    'phone',
    '+' || phone_prefix || national_number,
    p
from present

union all

select
    'anonymous_id',
    'a-' || hex40(p * 4 + devices.device_number),
    p
from present
inner join (values (0), (1), (2)) as devices (device_number) on devices.device_number < present.device_count
where is_tracked

union all

select
    'anonymous_id',
    'a-' || hex40(owners.p * 4),
    present.p
from present
inner join people as owners on present.p = owners.p + 1
where present.is_tracked and owners.shares_device_with_next
