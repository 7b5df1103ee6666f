with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

match_people as (

    select * from {{ ref('int_identity_match_people') }}

),

device_components as (

    select * from {{ ref('int_identity_device_components') }}

),

people as (

    select
        identifiers.identifier_key,
        coalesce(match_people.component_key, identifiers.identifier_key) as person_key
    from identifiers
    left join match_people
        on identifiers.identifier_key = match_people.node_key

),

final as (

    select
        people.identifier_key,
        coalesce(device_components.component_key, people.person_key) as component_key
    from people
    left join device_components
        on people.person_key = device_components.node_key

)

select * from final
