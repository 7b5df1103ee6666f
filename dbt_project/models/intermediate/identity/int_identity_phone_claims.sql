{{ config(materialized='view') }}
-- A view, because only the people that this stage joins are looked up in it.

with

claims as (

    select * from {{ ref('int_identity_account_claims') }}

),

phone_components as (

    select * from {{ ref('int_identity_phone_components') }}

),

final as (

    select
        claims.claim_name,
        cast(sum(claims.claim_count) as bigint) as claim_count,
        coalesce(phone_components.component_key, claims.node_key) as node_key,
        min(claims.claim_limit) as claim_limit
    from claims
    left join phone_components
        on claims.node_key = phone_components.node_key
    group by
        coalesce(phone_components.component_key, claims.node_key),
        claims.claim_name

)

select * from final
