{{ config(materialized='connected_components') }}

with

phone_edges as (

    select * from {{ ref('int_identity_phone_edges') }}
    where is_within_limit

),

final as (

    select
        person_key as node_key,
        phone_key as neighbour_key
    from phone_edges

)

select * from final
