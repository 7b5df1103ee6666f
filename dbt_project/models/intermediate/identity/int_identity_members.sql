with

known_identifiers as (

    select * from {{ ref('int_identity_known_identifiers') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

members_before as (

    select * from {{ ref('int_identity_members_before') }}

),

members as (

    select
        known_identifiers.identifier_key,
        known_identifiers.identifier_hash,
        identity_map.customer_id,
        identity_map.identifier_key = identity_map.anchor_key as is_anchor
    from known_identifiers
    inner join identity_map
        on known_identifiers.identifier_key = identity_map.identifier_key

),

final as (

    select
        members.identifier_key,
        members.customer_id,
        members_before.customer_id as before_customer_id,
        coalesce(members.identifier_hash, members_before.identifier_hash) as identifier_hash,
        coalesce(members.is_anchor, false) as is_anchor,
        coalesce(members_before.is_anchor, false) as was_anchor
    from members
    full outer join members_before
        on members.identifier_hash = members_before.identifier_hash

)

select * from final
