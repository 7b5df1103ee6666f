with

-- A day of knowledge: what happened on it and was loaded within the grace is known on every later date.
identity_map as (

    select
        identifier_key,
        identifier_type,
        customer_id,
        is_known,
        {{ knowledge_date('first_seen_at', 'first_loaded_at') }} as known_date
    from {{ ref('int_identity_map') }}

),

edges as (

    select * from {{ ref('int_identity_edges') }}
    where
        linked_type = 'anonymous_id'
        and blocked_reason is null

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

device_links as (

    select
        edges.linked_key as identifier_key,
        identity_map.customer_id,
        min({{ knowledge_date('edges.first_seen_at', 'edges.first_loaded_at') }}) as known_date
    from edges
    inner join identity_map
        on edges.identifier_key = identity_map.identifier_key
    where identity_map.customer_id is not null
    group by
        edges.linked_key,
        identity_map.customer_id

),

-- A device without a link to its customer is his by an override, which holds at all times.
owned as (

    select
        identity_map.identifier_key,
        identity_map.customer_id,
        cast(null as date) as shared_date,
        coalesce(device_links.known_date, identity_map.known_date) as known_date
    from identity_map
    left join device_links
        on
            identity_map.identifier_key = device_links.identifier_key
            and identity_map.customer_id = device_links.customer_id
    where identity_map.customer_id is not null

),

-- What joins nobody since others logged in there was somebody's before they did.
ranked_links as (

    select
        device_links.identifier_key,
        device_links.customer_id,
        device_links.known_date,
        identifier_types.max_people,
        row_number() over (
            partition by device_links.identifier_key
            order by device_links.known_date, device_links.customer_id
        ) as customer_rank
    from device_links
    inner join identity_map
        on device_links.identifier_key = identity_map.identifier_key
    inner join identifier_types
        on identity_map.identifier_type = identifier_types.identifier_type
    where identity_map.customer_id is null

),

shared as (

    select
        ranked_links.identifier_key,
        ranked_links.customer_id,
        newcomers.known_date as shared_date,
        ranked_links.known_date
    from ranked_links
    inner join ranked_links as newcomers
        on
            ranked_links.identifier_key = newcomers.identifier_key
            and newcomers.customer_rank = ranked_links.max_people + 1
    where
        ranked_links.customer_rank = 1
        and ranked_links.known_date < newcomers.known_date

),

ownerships as (

    select * from owned
    union all
    select * from shared

),

final as (

    select
        identifier_key,
        customer_id,
        known_date,
        shared_date
    from ownerships

)

select * from final
