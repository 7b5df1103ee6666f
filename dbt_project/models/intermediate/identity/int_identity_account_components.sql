{{ config(materialized='connected_components', claims='int_identity_claims') }}
-- depends_on: {{ ref('int_identity_claims') }}

with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 1 and blocked_reason is null

),

final as (

    select
        identifier_key as node_key,
        linked_key as neighbour_key,
        rule_rank,
        first_loaded_at
    from edges

)

select * from final
