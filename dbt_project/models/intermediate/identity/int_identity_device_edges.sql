with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 3 and blocked_reason is null

),

account_components as (

    select * from {{ ref('int_identity_account_components') }}

),

phone_components as (

    select * from {{ ref('int_identity_phone_components') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

people_with_devices as (

    select
        edges.linked_key as device_key,
        coalesce(phone_components.component_key, account_components.component_key, edges.identifier_key) as person_key,
        min(edges.first_loaded_at) as first_loaded_at
    from edges
    left join account_components
        on edges.identifier_key = account_components.node_key
    left join phone_components
        on coalesce(account_components.component_key, edges.identifier_key) = phone_components.node_key
    group by
        coalesce(phone_components.component_key, account_components.component_key, edges.identifier_key),
        edges.linked_key

),

people_per_device as (

    select
        device_key,
        count(*) as people_count
    from people_with_devices
    group by device_key

),

final as (

    select
        people_with_devices.person_key,
        people_with_devices.device_key,
        people_per_device.people_count,
        people_with_devices.first_loaded_at,
        people_per_device.people_count <= identifier_types.max_people as is_within_limit
    from people_with_devices
    inner join people_per_device
        on people_with_devices.device_key = people_per_device.device_key
    inner join identifier_types
        on identifier_types.identifier_type = 'anonymous_id'

)

select * from final
