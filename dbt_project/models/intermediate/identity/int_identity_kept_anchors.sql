with

clock as (

    select * from {{ ref('int_clock') }}

),

history as (

    select * from {{ ref('stg_ops__identity_members') }}
    where is_anchor

),

members_before as (

    select * from {{ ref('int_identity_members_before') }}

),

known_identifiers as (

    select * from {{ ref('int_identity_known_identifiers') }}
    where not is_shared

),

anchors as (

    select
        history.customer_id,
        history.identifier_hash,
        min(history.changed_at) as anchored_at
    from history
    cross join clock
    where history.changed_at < clock.as_of_at
    group by
        history.customer_id,
        history.identifier_hash

),

creations as (

    select
        customer_id,
        min(anchored_at) as created_at
    from anchors
    group by customer_id

),

-- The identifier that the id was first derived from, if it is still there.
present_anchors as (

    select
        anchors.customer_id,
        known_identifiers.identifier_key,
        row_number() over (
            partition by anchors.customer_id
            order by anchors.anchored_at, known_identifiers.first_loaded_at, known_identifiers.type_rank, known_identifiers.anchor
        ) as anchor_rank
    from anchors
    inner join known_identifiers
        on anchors.identifier_hash = known_identifiers.identifier_hash

),

-- Else the oldest of the other identifiers that the customer had: an address that is now shared by many takes no id away.
heirs as (

    select
        members_before.customer_id,
        known_identifiers.identifier_key,
        row_number() over (
            partition by members_before.customer_id
            order by known_identifiers.first_loaded_at, known_identifiers.type_rank, known_identifiers.anchor
        ) as anchor_rank
    from members_before
    inner join known_identifiers
        on members_before.identifier_hash = known_identifiers.identifier_hash
    left join present_anchors
        on
            members_before.customer_id = present_anchors.customer_id
            and present_anchors.anchor_rank = 1
    where present_anchors.customer_id is null

),

kept as (

    select
        customer_id,
        identifier_key
    from present_anchors
    where anchor_rank = 1

    union all

    select
        customer_id,
        identifier_key
    from heirs
    where anchor_rank = 1

),

final as (

    select
        kept.customer_id,
        kept.identifier_key,
        creations.created_at
    from kept
    inner join creations
        on kept.customer_id = creations.customer_id

)

select * from final
