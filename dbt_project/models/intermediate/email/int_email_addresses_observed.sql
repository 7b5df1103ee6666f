with

third_party as (

    select
        email,
        email_as_given,
        updated_at,
        _loaded_at
    from {{ ref('stg_third_party__demographics') }}

    union all

    select
        email,
        email_as_given,
        updated_at,
        _loaded_at
    from {{ ref('stg_third_party__psychographics') }}

),

-- Each source by itself, so that its name is no part of what is hashed and compared.
sightings as (

    select
        'crm_contact' as source_name,
        email,
        email_as_given,
        -- An account may be older than its address.
        min(updated_at) as first_seen_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_crm__contacts') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'shop_account' as source_name,
        email,
        email_as_given,
        min(updated_at) as first_seen_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_shop__customers') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'order' as source_name,
        email,
        email_as_given,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_shop__orders') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'identify' as source_name,
        email,
        email_as_given,
        min(identified_at) as first_seen_at,
        max(identified_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_web__identifies') }}
    where
        email_as_given is not null
        and not is_too_late
    group by
        email,
        email_as_given

    union all

    select
        'consent' as source_name,
        email,
        email_as_given,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_crm__consent_events') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'esp_message' as source_name,
        email,
        email_as_given,
        min(sent_at) as first_seen_at,
        max(sent_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_esp__messages') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'suppression' as source_name,
        email,
        email_as_given,
        min(suppressed_at) as first_seen_at,
        max(suppressed_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from {{ ref('stg_esp__suppressions') }}
    where email_as_given is not null
    group by
        email,
        email_as_given

    union all

    select
        'third_party' as source_name,
        email,
        email_as_given,
        min(updated_at) as first_seen_at,
        max(updated_at) as last_seen_at,
        min(_loaded_at) as first_loaded_at
    from third_party
    where email_as_given is not null
    group by
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
    from sightings

)

select * from final
