with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

parted_components as (

    select * from {{ ref('feature_parted_components') }}

),

parted_identifiers as (

    select * from {{ ref('feature_parted_identifiers') }}

),

part_accounts as (

    select * from {{ ref('feature_part_accounts') }}

),

part_people as (

    select * from {{ ref('feature_part_people') }}

),

shared_phones as (

    select distinct phone_node_key
    from {{ ref('feature_part_phones') }}
    where not is_within_limit

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where is_known

),

known_identifiers as (

    select * from {{ ref('int_identity_known_identifiers') }}

),

kept_anchors as (

    select * from {{ ref('int_identity_kept_anchors') }}

),

settings as (

    select * from {{ ref('stg_ops__settings') }}
    where setting_name = 'identity_key'

),

-- What is shared on a date is nobody's on it.
members as (

    select
        parted_identifiers.identifier_key,
        parted_identifiers.as_of_date,
        parted_identifiers.first_seen_date,
        coalesce(part_people.component_key, part_accounts.component_key, parted_identifiers.node_key) as part_key
    from parted_identifiers
    left join part_accounts
        on parted_identifiers.node_key = part_accounts.node_key
    left join part_people
        on coalesce(part_accounts.component_key, parted_identifiers.node_key) = part_people.node_key
    left join shared_phones
        on parted_identifiers.node_key = shared_phones.phone_node_key
    where shared_phones.phone_node_key is null

),

-- Named as int_identity_map names customers: by an id that was given out, the oldest of several, else by the oldest identifier.
ranked as (

    select
        members.part_key,
        known_identifiers.anchor,
        kept_anchors.customer_id as kept_customer_id,
        identity_map.customer_id as current_customer_id,
        row_number() over (
            partition by members.part_key
            order by
                case when kept_anchors.customer_id is null then 1 else 0 end,
                kept_anchors.created_at,
                known_identifiers.first_loaded_at,
                known_identifiers.type_rank,
                known_identifiers.anchor,
                kept_anchors.customer_id
        ) as anchor_rank,
        row_number() over (
            partition by members.part_key
            order by
                case when identity_map.customer_id is null then 1 else 0 end,
                known_identifiers.first_loaded_at,
                known_identifiers.type_rank,
                known_identifiers.anchor
        ) as current_rank
    from members
    inner join known_identifiers
        on members.identifier_key = known_identifiers.identifier_key
    inner join identity_map
        on members.identifier_key = identity_map.identifier_key
    left join kept_anchors
        on members.identifier_key = kept_anchors.identifier_key

),

named as (

    select
        part_key,
        max(case when anchor_rank = 1 then kept_customer_id end) as kept_customer_id,
        max(case when anchor_rank = 1 then anchor end) as anchor,
        max(case when current_rank = 1 then current_customer_id end) as current_customer_id
    from ranked
    group by part_key

),

derived as (

    select
        named.part_key,
        named.current_customer_id,
        named.kept_customer_id,
        'c_' || substr({{ sha256_hex("settings.setting_value || '|' || named.anchor") }}, 1, 24) as derived_customer_id,
        'c_' || substr({{ sha256_hex("settings.setting_value || '|part|' || named.anchor") }}, 1, 24) as other_customer_id
    from named
    cross join settings

),

-- An identifier that lost its customer's id to another one does not get it back on an earlier date, where both may be customers.
parts as (

    select
        derived.part_key,
        derived.current_customer_id,
        case
            when derived.kept_customer_id is not null then derived.kept_customer_id
            when kept_anchors.customer_id is not null then derived.other_customer_id
            else derived.derived_customer_id
        end as customer_id
    from derived
    left join kept_anchors
        on derived.derived_customer_id = kept_anchors.customer_id

),

final as (

    select
        members.identifier_key,
        members.as_of_date,
        parts.customer_id,
        parts.current_customer_id,
        members.first_seen_date
    from members
    inner join parts
        on members.part_key = parts.part_key

    union all

    -- Today is as identity has it.
    select
        identity_map.identifier_key,
        as_of_dates.as_of_date,
        identity_map.customer_id,
        identity_map.customer_id as current_customer_id,
        cast(identity_map.first_seen_at as date) as first_seen_date
    from identity_map
    inner join parted_components
        on identity_map.component_key = parted_components.component_key
    inner join as_of_dates
        on
            as_of_dates.is_scoring_date
            and as_of_dates.as_of_date > {{ knowledge_date('identity_map.first_seen_at', 'identity_map.first_loaded_at') }}
    where identity_map.customer_id is not null

)

select * from final
