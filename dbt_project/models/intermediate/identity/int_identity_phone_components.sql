{{ config(materialized='connected_components', claims='int_identity_account_claims') }}
-- depends_on: {{ ref('int_identity_account_claims') }}

with

phone_edges as (

    select * from {{ ref('int_identity_phone_edges') }}
    where is_within_limit

),

final as (

    select
        person_key as node_key,
        phone_person_key as neighbour_key,
        rule_rank,
        first_loaded_at
    from phone_edges

)

select * from final
