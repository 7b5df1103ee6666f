with

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}
    where is_current

),

accounts as (

    select
        identity_map.customer_id,
        bool_or(not coalesce(shop_customers.is_guest, false)) as has_registered_account
    from identity_map
    inner join shop_customers
        on
            identity_map.identifier_type = 'shop_customer_id'
            and identity_map.identifier_value = shop_customers.shop_customer_id
    group by identity_map.customer_id

),

identifiers as (

    select
        customer_id,
        count(*) as identifier_count,
        count(case when identifier_type = 'email' then 1 end) as email_count,
        count(case when identifier_type = 'anonymous_id' then 1 end) as device_count,
        count(case when identifier_type = 'crm_contact_id' then 1 end) as contact_count,
        count(case when identifier_type = 'loyalty_id' then 1 end) as loyalty_account_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(case when is_known then first_loaded_at end) as first_known_at
    from identity_map
    group by customer_id

),

final as (

    select
        identifiers.customer_id,
        identifiers.identifier_count,
        identifiers.email_count,
        identifiers.device_count,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_known_at,
        identifiers.contact_count > 0 as has_crm_contact,
        coalesce(accounts.has_registered_account, false) as has_shop_account,
        identifiers.contact_count = 0
        and identifiers.loyalty_account_count = 0
        and not coalesce(accounts.has_registered_account, false) as is_guest_only
    from identifiers
    left join accounts
        on identifiers.customer_id = accounts.customer_id

)

select * from final
