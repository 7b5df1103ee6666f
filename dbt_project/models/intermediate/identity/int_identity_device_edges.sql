with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 4 and blocked_reason is null

),

match_people as (

    select * from {{ ref('int_identity_match_people') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

devices as (

    select distinct linked_key as device_key
    from edges

),

-- Only an override puts a device into a component of an earlier stage: its owner counts, whether somebody has logged in there or not.
owned_devices as (

    select
        devices.device_key,
        match_people.component_key as person_key
    from devices
    inner join match_people
        on devices.device_key = match_people.node_key

),

people_with_devices as (

    select
        edges.linked_key as device_key,
        coalesce(match_people.component_key, edges.identifier_key) as person_key,
        min(edges.rule_rank) as rule_rank,
        min(edges.first_loaded_at) as first_loaded_at
    from edges
    left join match_people
        on edges.identifier_key = match_people.node_key
    group by
        coalesce(match_people.component_key, edges.identifier_key),
        edges.linked_key

),

people_and_owners as (

    select
        device_key,
        person_key
    from people_with_devices

    union all

    select
        device_key,
        person_key
    from owned_devices

),

people_per_device as (

    select
        device_key,
        count(distinct person_key) as people_count
    from people_and_owners
    group by device_key

),

final as (

    select
        people_with_devices.person_key,
        people_with_devices.device_key,
        people_per_device.people_count,
        people_with_devices.rule_rank,
        people_with_devices.first_loaded_at,
        coalesce(owned_devices.person_key, people_with_devices.device_key) as device_person_key,
        people_per_device.people_count <= identifier_types.max_people as is_within_limit
    from people_with_devices
    inner join people_per_device
        on people_with_devices.device_key = people_per_device.device_key
    inner join identifier_types
        on identifier_types.identifier_type = 'anonymous_id'
    left join owned_devices
        on people_with_devices.device_key = owned_devices.device_key

)

select * from final
