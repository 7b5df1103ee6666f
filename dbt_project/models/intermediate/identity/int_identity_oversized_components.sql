with

uncut_components as (

    select * from {{ ref('int_identity_uncut_components') }}

),

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}
    where refused_reason = 'limit'

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where decision = 'link' and is_effective

),

components as (

    select * from {{ ref('int_identity_components') }}

),

claims as (

    select * from {{ ref('int_identity_claims') }}
    where claim_name not like 'split %'

),

-- Nothing else can exceed a limit: what the rules would have joined, and what people have joined.
candidates as (

    select
        node_key as component_key,
        component_key as uncut_component_key
    from uncut_components

    union

    select
        components.component_key,
        coalesce(uncut_components.component_key, components.component_key) as uncut_component_key
    from overrides
    inner join components
        on overrides.identifier_key = components.identifier_key
    left join uncut_components
        on components.component_key = uncut_components.node_key

),

refused_counts as (

    select
        candidates.uncut_component_key,
        count(*) as refused_link_count
    from refused_links
    inner join candidates
        on refused_links.component_key = candidates.component_key
    group by candidates.uncut_component_key

),

sizes as (

    select
        candidates.uncut_component_key,
        count(*) as identifier_count,
        count(distinct components.component_key) as people_count
    from candidates
    inner join components
        on candidates.component_key = components.component_key
    group by candidates.uncut_component_key

),

claimed as (

    select
        candidates.uncut_component_key,
        claims.claim_name,
        cast(sum(claims.claim_count) as bigint) as claim_count,
        min(claims.claim_limit) as claim_limit
    from candidates
    inner join components
        on candidates.component_key = components.component_key
    inner join claims
        on components.identifier_key = claims.node_key
    group by
        candidates.uncut_component_key,
        claims.claim_name

),

final as (

    select
        claimed.uncut_component_key as component_key,
        claimed.claim_name as limited_type,
        claimed.claim_count as limited_count,
        claimed.claim_limit as max_per_person,
        sizes.identifier_count,
        sizes.people_count,
        coalesce(refused_counts.refused_link_count, 0) as refused_link_count
    from claimed
    inner join sizes
        on claimed.uncut_component_key = sizes.uncut_component_key
    left join refused_counts
        on claimed.uncut_component_key = refused_counts.uncut_component_key
    where claimed.claim_count > claimed.claim_limit

)

select * from final
