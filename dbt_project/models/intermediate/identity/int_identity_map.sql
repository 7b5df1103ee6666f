with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

components as (

    select * from {{ ref('int_identity_components') }}

),

shared_identifiers as (

    select * from {{ ref('int_identity_shared_identifiers') }}

),

known_identifiers as (

    select * from {{ ref('int_identity_known_identifiers') }}
    where not is_shared

),

kept_anchors as (

    select * from {{ ref('int_identity_kept_anchors') }}

),

settings as (

    select * from {{ ref('stg_ops__settings') }}
    where setting_name = 'identity_key'

),

-- An id that was given out stays: of several, after a merge, the oldest. Only where there is none the data decide.
ranked_anchors as (

    select
        known_identifiers.component_key,
        known_identifiers.identifier_key as anchor_key,
        known_identifiers.anchor,
        kept_anchors.customer_id as kept_customer_id,
        row_number() over (
            partition by known_identifiers.component_key
            order by
                case when kept_anchors.customer_id is null then 1 else 0 end,
                kept_anchors.created_at,
                known_identifiers.first_loaded_at,
                known_identifiers.type_rank,
                known_identifiers.anchor,
                kept_anchors.customer_id
        ) as anchor_rank
    from known_identifiers
    left join kept_anchors
        on known_identifiers.identifier_key = kept_anchors.identifier_key

),

customers as (

    select
        ranked_anchors.component_key,
        ranked_anchors.anchor_key,
        coalesce(
            ranked_anchors.kept_customer_id,
            'c_' || substr({{ sha256_hex("settings.setting_value || '|' || ranked_anchors.anchor") }}, 1, 24)
        ) as customer_id
    from ranked_anchors
    cross join settings
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
