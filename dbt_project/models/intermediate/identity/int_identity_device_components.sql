{{ config(materialized='connected_components') }}

with

device_edges as (

    select * from {{ ref('int_identity_device_edges') }}
    where is_within_limit

),

final as (

    select
        person_key as node_key,
        device_key as neighbour_key
    from device_edges

)

select * from final
