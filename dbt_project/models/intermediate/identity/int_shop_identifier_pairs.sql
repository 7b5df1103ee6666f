with

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}

),

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

pairs as (

    select
        'account_email' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        created_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from shop_customers

    union all

    select
        'account_phone' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        created_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from shop_customers

    union all

    select
        'account_contact' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'crm_contact_id' as linked_type,
        contact_id as linked_value,
        created_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from shop_customers
    where contact_id is not null

    union all

    select
        'order_email' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        ordered_at as first_seen_at,
        ordered_at as first_linked_at,
        ordered_at as last_seen_at,
        _loaded_at
    from orders
    where shop_customer_id is not null

    union all

    select
        'order_phone' as rule_name,
        'shop_customer_id' as identifier_type,
        shop_customer_id as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        ordered_at as first_seen_at,
        ordered_at as first_linked_at,
        ordered_at as last_seen_at,
        _loaded_at
    from orders
    where shop_customer_id is not null

    union all

    select
        'order_email_phone' as rule_name,
        'email' as identifier_type,
        email as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        ordered_at as first_seen_at,
        ordered_at as first_linked_at,
        ordered_at as last_seen_at,
        _loaded_at
    from orders
    where shop_customer_id is null and email_as_given is not null

    union all

    select
        'order_phone_only' as rule_name,
        'phone' as identifier_type,
        phone as identifier_value,
        'phone' as linked_type,
        cast(null as string) as linked_value,
        ordered_at as first_seen_at,
        ordered_at as first_linked_at,
        ordered_at as last_seen_at,
        _loaded_at
    from orders
    where shop_customer_id is null and email_as_given is null and phone is not null

),

final as (

    select
        rule_name,
        identifier_type,
        identifier_value,
        linked_type,
        linked_value,
        min(first_seen_at) as first_seen_at,
        min(first_linked_at) as first_linked_at,
        max(last_seen_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from pairs
    group by
        rule_name,
        identifier_type,
        identifier_value,
        linked_type,
        linked_value

)

select * from final
