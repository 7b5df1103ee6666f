with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

components as (

    select * from {{ ref('int_identity_components') }}

),

shared_emails as (

    select * from {{ ref('int_identity_shared_emails') }}

),

phone_edges as (

    select * from {{ ref('int_identity_phone_edges') }}

),

settings as (

    select * from {{ ref('stg_ops__settings') }}

),

shared_identifiers as (

    select identifier_key
    from shared_emails

    union

    select phone_key as identifier_key
    from phone_edges
    where not is_within_limit

),

ranked_anchors as (

    select
        components.component_key,
        identifiers.identifier_key as anchor_key,
        identifiers.identifier_type || '|' || identifiers.identifier_value as anchor,
        row_number() over (
            partition by components.component_key
            order by identifiers.first_loaded_at, identifiers.type_rank, identifiers.identifier_value
        ) as anchor_rank
    from components
    inner join identifiers
        on components.identifier_key = identifiers.identifier_key
    left join shared_identifiers
        on identifiers.identifier_key = shared_identifiers.identifier_key
    where
        identifiers.is_known
        and not identifiers.is_junk
        and shared_identifiers.identifier_key is null

),

customers as (

    select
        ranked_anchors.component_key,
        ranked_anchors.anchor_key,
        'c_' || substr({{ sha256_hex("settings.setting_value || '|' || ranked_anchors.anchor") }}, 1, 24) as customer_id
    from ranked_anchors
    inner join settings
        on settings.setting_name = 'identity_key'
    where ranked_anchors.anchor_rank = 1

),

final as (

    select
        identifiers.identifier_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        components.component_key,
        customers.anchor_key,
        customers.customer_id,
        identifiers.is_known,
        identifiers.is_junk,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_loaded_at,
        shared_identifiers.identifier_key is not null as is_shared
    from identifiers
    inner join components
        on identifiers.identifier_key = components.identifier_key
    left join customers
        on components.component_key = customers.component_key
    left join shared_identifiers
        on identifiers.identifier_key = shared_identifiers.identifier_key

)

select * from final
