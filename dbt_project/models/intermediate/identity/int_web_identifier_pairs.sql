with

identifies as (

    select * from {{ ref('stg_web__identifies') }}
    where not is_too_late

),

logins as (

    select * from {{ ref('int_web_logins') }}

),

-- Each rule by itself, so that its name and types are no part of what is hashed and compared.
final as (

    select
        'identify_account' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        min(identified_at) as first_seen_at,
        min(identified_at) as first_linked_at,
        max(identified_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from identifies
    where user_id is not null
    group by
        user_id,
        anonymous_id

    union all

    select
        'identify_email' as rule_name,
        'email' as identifier_type,
        email as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        min(identified_at) as first_seen_at,
        min(identified_at) as first_linked_at,
        max(identified_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from identifies
    where email_as_given is not null
    group by
        email,
        anonymous_id

    union all

    select
        'identify_account_email' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        min(identified_at) as first_seen_at,
        min(identified_at) as first_linked_at,
        max(identified_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from identifies
    where
        user_id is not null
        and email_as_given is not null
    group by
        user_id,
        email

    union all

    select
        'login' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        min(first_event_at) as first_seen_at,
        min(first_event_at) as first_linked_at,
        max(last_event_at) as last_seen_at,
        min(first_loaded_at) as first_loaded_at
    from logins
    group by
        user_id,
        anonymous_id

)

select * from final
