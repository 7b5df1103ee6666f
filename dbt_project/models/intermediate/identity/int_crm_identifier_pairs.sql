with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

loyalty_accounts as (

    select * from {{ ref('stg_crm__loyalty_accounts') }}

),

consent_events as (

    select * from {{ ref('stg_crm__consent_events') }}

),

pairs as (

    select
        'contact_email' as rule_name,
        'crm_contact_id' as identifier_type,
        contact_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        created_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from contacts

    union all

    select
        'contact_phone' as rule_name,
        'crm_contact_id' as identifier_type,
        contact_id as identifier_value,
        'phone' as linked_type,
        phone as linked_value,
        created_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from contacts

    union all

    select
        'loyalty_contact' as rule_name,
        'loyalty_id' as identifier_type,
        loyalty_id as identifier_value,
        'crm_contact_id' as linked_type,
        contact_id as linked_value,
        joined_at as first_seen_at,
        updated_at as first_linked_at,
        updated_at as last_seen_at,
        _loaded_at
    from loyalty_accounts

    union all

    select
        'consent_contact' as rule_name,
        'crm_contact_id' as identifier_type,
        contact_id as identifier_value,
        'email' as linked_type,
        cast(null as string) as linked_value,
        occurred_at as first_seen_at,
        occurred_at as first_linked_at,
        occurred_at as last_seen_at,
        _loaded_at
    from consent_events
    where contact_id is not null

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
