-- No rule gives a person more identifiers of a type than allowed.
with

components as (

    select * from {{ ref('int_identity_components') }}

),

claims as (

    select * from {{ ref('int_identity_claims') }}

),

linked_components as (

    select distinct components.component_key
    from {{ ref('int_identity_overrides') }} as overrides
    inner join components
        on overrides.identifier_key = components.identifier_key
    where
        overrides.decision = 'link'
        and overrides.is_effective

),

exceeded as (

    select
        components.component_key,
        claims.claim_name,
        sum(claims.claim_count) as claim_count
    from components
    inner join claims
        on components.identifier_key = claims.node_key
    group by
        components.component_key,
        claims.claim_name
    having sum(claims.claim_count) > min(claims.claim_limit)

)

select
    exceeded.component_key,
    exceeded.claim_name,
    exceeded.claim_count
from exceeded
left join linked_components
    on exceeded.component_key = linked_components.component_key
where linked_components.component_key is null
