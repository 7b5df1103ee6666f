{{ config(materialized='connected_components') }}

with

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}
    where refused_reason = 'limit'

),

final as (

    select
        component_key as node_key,
        linked_component_key as neighbour_key
    from refused_links

)

select * from final
