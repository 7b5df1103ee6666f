-- Reads staging and seeds only: what is matched must not depend on who was joined before.

with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}
    where is_current

),

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}
    where is_current

),

orders as (

    select * from {{ ref('stg_shop__orders') }}
    where is_current and shop_customer_id is not null and shipping_postcode is not null

),

junk_identifiers as (

    select * from {{ ref('identity_junk_identifiers') }}

),

junk_patterns as (

    select * from {{ ref('identity_junk_patterns') }}

),

ranked_deliveries as (

    select
        shop_customer_id,
        shipping_postcode,
        row_number() over (
            partition by shop_customer_id
            order by ordered_at desc, order_id desc
        ) as delivery_rank
    from orders

),

records as (

    select
        'crm_contact_id' as identifier_type,
        contact_id as identifier_value,
        contact_id,
        first_name,
        last_name,
        birth_date,
        email,
        phone,
        street,
        city,
        postcode,
        country_code
    from contacts

    union all

    select
        'shop_customer_id' as identifier_type,
        shop_customers.shop_customer_id as identifier_value,
        shop_customers.contact_id,
        shop_customers.first_name,
        shop_customers.last_name,
        cast(null as date) as birth_date,
        shop_customers.email,
        shop_customers.phone,
        cast(null as string) as street,
        cast(null as string) as city,
        ranked_deliveries.shipping_postcode as postcode,
        shop_customers.country_code
    from shop_customers
    left join ranked_deliveries
        on
            shop_customers.shop_customer_id = ranked_deliveries.shop_customer_id
            and ranked_deliveries.delivery_rank = 1

),

given_identifiers as (

    select
        'email' as identifier_type,
        email as identifier_value
    from records
    where email is not null

    union

    select
        'phone' as identifier_type,
        phone as identifier_value
    from records
    where phone is not null

),

junk as (

    select
        given_identifiers.identifier_type,
        given_identifiers.identifier_value
    from given_identifiers
    inner join junk_identifiers
        on
            lower(given_identifiers.identifier_value) = junk_identifiers.identifier_value
            and junk_identifiers.identifier_type in ('any', given_identifiers.identifier_type)

    union

    select
        given_identifiers.identifier_type,
        given_identifiers.identifier_value
    from given_identifiers
    inner join junk_patterns
        on
            given_identifiers.identifier_type = junk_patterns.identifier_type
            and given_identifiers.identifier_value like junk_patterns.like_pattern

),

final as (

    select
        {{ identifier_hash("records.identifier_type || '|' || records.identifier_value") }} as identifier_key,
        records.identifier_type,
        records.identifier_value,
        records.contact_id,
        records.first_name,
        records.last_name,
        records.birth_date,
        case when junk_emails.identifier_value is null then records.email end as email,
        case when junk_phones.identifier_value is null then records.phone end as phone,
        records.street,
        records.city,
        records.postcode,
        records.country_code
    from records
    left join junk as junk_emails
        on
            records.email = junk_emails.identifier_value
            and junk_emails.identifier_type = 'email'
    left join junk as junk_phones
        on
            records.phone = junk_phones.identifier_value
            and junk_phones.identifier_type = 'phone'

)

select * from final
