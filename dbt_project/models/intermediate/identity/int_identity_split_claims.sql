{{ config(materialized='view') }}
-- A view of a few rows.

with

claims as (

    select * from {{ ref('int_identity_claims') }}

),

final as (

    select
        node_key,
        claim_name,
        claim_count,
        claim_limit
    from claims
    where claim_name like 'split %'

)

select * from final
