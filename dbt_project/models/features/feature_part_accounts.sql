{{ config(materialized='connected_components', claims='feature_part_claims') }}
-- depends_on: {{ ref('feature_part_claims') }}

with

part_links as (

    select * from {{ ref('feature_part_links') }}
    where identity_stage = 1

),

final as (

    select
        node_key,
        neighbour_key,
        rule_rank,
        first_loaded_at
    from part_links

)

select * from final
