with

identifies as (

    select * from {{ ref('stg_web__identifies') }}
    where not is_too_late

),

logins as (

    select * from {{ ref('int_web_logins') }}

),

pairs as (

    select
        'identify_account' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        identified_at as first_seen_at,
        identified_at as last_seen_at,
        _loaded_at as first_loaded_at
    from identifies
    where user_id is not null

    union all

    select
        'identify_email' as rule_name,
        'email' as identifier_type,
        email as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        identified_at as first_seen_at,
        identified_at as last_seen_at,
        _loaded_at as first_loaded_at
    from identifies
    where email_as_given is not null

    union all

    select
        'identify_account_email' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'email' as linked_type,
        email as linked_value,
        identified_at as first_seen_at,
        identified_at as last_seen_at,
        _loaded_at as first_loaded_at
    from identifies
    where user_id is not null and email_as_given is not null

    union all

    select
        'login' as rule_name,
        'shop_customer_id' as identifier_type,
        user_id as identifier_value,
        'anonymous_id' as linked_type,
        anonymous_id as linked_value,
        first_event_at as first_seen_at,
        last_event_at as last_seen_at,
        first_loaded_at
    from logins

),

final as (

    select
        rule_name,
        identifier_type,
        identifier_value,
        linked_type,
        linked_value,
        min(first_seen_at) as first_seen_at,
        min(first_seen_at) as first_linked_at,
        max(last_seen_at) as last_seen_at,
        min(first_loaded_at) as first_loaded_at
    from pairs
    group by
        rule_name,
        identifier_type,
        identifier_value,
        linked_type,
        linked_value

)

select * from final
