with

sightings as (

    select
        'crm_contact' as source_name,
        email,
        email_as_given,
        -- An account may be older than its address.
        updated_at as first_seen_at,
        updated_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_crm__contacts') }}

    union all

    select
        'shop_account' as source_name,
        email,
        email_as_given,
        updated_at as first_seen_at,
        updated_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_shop__customers') }}

    union all

    select
        'order' as source_name,
        email,
        email_as_given,
        ordered_at as first_seen_at,
        ordered_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_shop__orders') }}

    union all

    select
        'identify' as source_name,
        email,
        email_as_given,
        identified_at as first_seen_at,
        identified_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_web__identifies') }}
    where not is_too_late

    union all

    select
        'consent' as source_name,
        email,
        email_as_given,
        occurred_at as first_seen_at,
        occurred_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_crm__consent_events') }}

    union all

    select
        'esp_message' as source_name,
        email,
        email_as_given,
        sent_at as first_seen_at,
        sent_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_esp__messages') }}

    union all

    select
        'suppression' as source_name,
        email,
        email_as_given,
        suppressed_at as first_seen_at,
        suppressed_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_esp__suppressions') }}

    union all

    select
        'third_party' as source_name,
        email,
        email_as_given,
        updated_at as first_seen_at,
        updated_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_third_party__demographics') }}

    union all

    select
        'third_party' as source_name,
        email,
        email_as_given,
        updated_at as first_seen_at,
        updated_at as last_seen_at,
        _loaded_at
    from {{ ref('stg_third_party__psychographics') }}

),

addresses as (

    select
        source_name,
        email,
        email_as_given,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from sightings
    group by
        source_name,
        email,
        email_as_given

),

final as (

    select
        source_name,
        {{ identifier_key('email', 'email') }} as identifier_key,
        email,
        email_as_given,
        first_seen_at,
        last_seen_at,
        first_loaded_at
    from addresses
    where email_as_given is not null

)

select * from final
