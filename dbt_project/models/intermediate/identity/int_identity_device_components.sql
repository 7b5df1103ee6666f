{{ config(materialized='connected_components', claims='int_identity_match_claims') }}
-- depends_on: {{ ref('int_identity_match_claims') }}

with

device_edges as (

    select * from {{ ref('int_identity_device_edges') }}
    where is_within_limit

),

final as (

    select
        person_key as node_key,
        device_person_key as neighbour_key,
        rule_rank,
        first_loaded_at
    from device_edges

)

select * from final
