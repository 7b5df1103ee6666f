{{ config(materialized='view') }}
-- A view, because it only adds what few pairs change.

with

phone_people as (

    select * from {{ ref('int_identity_phone_people') }}

),

match_components as (

    select * from {{ ref('int_identity_match_components') }}

),

final as (

    select
        coalesce(phone_people.node_key, match_components.node_key) as node_key,
        coalesce(person_components.component_key, phone_people.component_key, match_components.component_key) as component_key
    from phone_people
    full outer join match_components
        on phone_people.node_key = match_components.node_key
    left join match_components as person_components
        on phone_people.component_key = person_components.node_key

)

select * from final
