{{ config(materialized='view') }}
-- A view, because only the identifiers that its reader joins are looked up in it.

with

claims as (

    select * from {{ ref('int_identity_claims') }}

),

parted_identifiers as (

    select * from {{ ref('feature_parted_identifiers') }}

),

components as (

    select * from {{ ref('int_identity_components') }}

),

corrected_components as (

    select * from {{ ref('feature_corrected_components') }}

),

final as (

    select
        parted_identifiers.node_key,
        claims.claim_name,
        claims.claim_count,
        claims.claim_limit
    from parted_identifiers
    inner join claims
        on parted_identifiers.identifier_key = claims.node_key
    inner join components
        on parted_identifiers.identifier_key = components.identifier_key
    left join corrected_components
        on components.component_key = corrected_components.component_key
    where
        corrected_components.component_key is null
        or claims.claim_name like 'split %'

)

select * from final
