{{ config(materialized='view') }}
-- A view, because only the people that this stage joins are looked up in it.

with

claims as (

    select * from {{ ref('int_identity_claims') }}

),

account_people as (

    select * from {{ ref('int_identity_account_people') }}

),

final as (

    select
        claims.claim_name,
        cast(sum(claims.claim_count) as bigint) as claim_count,
        coalesce(account_people.component_key, claims.node_key) as node_key,
        min(claims.claim_limit) as claim_limit
    from claims
    left join account_people
        on claims.node_key = account_people.node_key
    group by
        coalesce(account_people.component_key, claims.node_key),
        claims.claim_name

)

select * from final
