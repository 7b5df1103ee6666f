{{ config(materialized='connected_components', claims='int_identity_phone_claims') }}
-- depends_on: {{ ref('int_identity_phone_claims') }}
-- The surest pair comes first where a limit or a split leaves no room for all.

with

match_edges as (

    select * from {{ ref('int_identity_match_edges') }}

),

final as (

    select
        person_key as node_key,
        linked_person_key as neighbour_key,
        strength_rank as rule_rank,
        first_loaded_at
    from match_edges

)

select * from final
