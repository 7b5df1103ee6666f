{{ config(materialized='view') }}
-- A view, because only the people that its reader joins are looked up in it.

with

claims as (

    select * from {{ ref('feature_part_claims') }}

),

part_accounts as (

    select * from {{ ref('feature_part_accounts') }}

),

final as (

    select
        claims.claim_name,
        cast(sum(claims.claim_count) as bigint) as claim_count,
        coalesce(part_accounts.component_key, claims.node_key) as node_key,
        min(claims.claim_limit) as claim_limit
    from claims
    left join part_accounts
        on claims.node_key = part_accounts.node_key
    group by
        coalesce(part_accounts.component_key, claims.node_key),
        claims.claim_name

)

select * from final
