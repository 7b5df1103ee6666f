with

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}

),

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

-- Each rule by itself, so that its name and types are no part of what is hashed and compared.
final as (

    select
        'account_email' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        min(created_at) as first_seen_at,
        min(updated_at) as first_linked_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from shop_customers
    group by
        shop_customer_id,
        email

    union all

    select
        'account_phone' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        min(created_at) as first_seen_at,
        min(updated_at) as first_linked_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from shop_customers
    group by
        shop_customer_id,
        phone

    union all

    select
        'account_contact' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'crm_contact_id' as linked_type,
        contact_id as linked_value,
        min(created_at) as first_seen_at,
        min(updated_at) as first_linked_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from shop_customers
    where contact_id is not null
    group by
        shop_customer_id,
        contact_id

    union all

    select
        'order_email' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        min(ordered_at) as first_seen_at,
        min(ordered_at) as first_linked_at,
        max(ordered_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from orders
    where shop_customer_id is not null
    group by
        shop_customer_id,
        email

    union all

    select
        'order_phone' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        min(ordered_at) as first_seen_at,
        min(ordered_at) as first_linked_at,
        max(ordered_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from orders
    where shop_customer_id is not null
    group by
        shop_customer_id,
        phone

    union all

    select
        'order_email_phone' as rule_name,
        'email' as identifier_type,
        email as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        min(ordered_at) as first_seen_at,
        min(ordered_at) as first_linked_at,
        max(ordered_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from orders
    where
        shop_customer_id is null
        and email_as_given is not null
    group by
        email,
        phone

    union all

    select
        'order_phone_only' as rule_name,
        'phone' as identifier_type,
        phone as identifier_value,
        'phone' as linked_type,
        cast(null as string) as linked_value,
        min(ordered_at) as first_seen_at,
        min(ordered_at) as first_linked_at,
        max(ordered_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from orders
    where
        shop_customer_id is null
        and email_as_given is null
        and phone is not null
    group by phone

)

select * from final
