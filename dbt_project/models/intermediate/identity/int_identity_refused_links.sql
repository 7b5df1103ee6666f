with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 1 and blocked_reason is null

),

phone_edges as (

    select * from {{ ref('int_identity_phone_edges') }}
    where is_within_limit

),

match_edges as (

    select * from {{ ref('int_identity_match_edges') }}

),

device_edges as (

    select * from {{ ref('int_identity_device_edges') }}
    where is_within_limit

),

components as (

    select * from {{ ref('int_identity_components') }}

),

claims as (

    select * from {{ ref('int_identity_claims') }}

),

identity_rules as (

    select * from {{ ref('identity_rules') }}

),

links as (

    select
        identifier_key,
        linked_key,
        rule_rank,
        first_loaded_at
    from edges

    union all

    select
        person_key as identifier_key,
        phone_key as linked_key,
        rule_rank,
        first_loaded_at
    from phone_edges

    union all

    select
        identifier_key,
        linked_key,
        rule_rank,
        first_loaded_at
    from match_edges

    union all

    select
        person_key as identifier_key,
        device_key as linked_key,
        rule_rank,
        first_loaded_at
    from device_edges

),

cut_links as (

    select
        links.identifier_key,
        links.linked_key,
        links.rule_rank,
        links.first_loaded_at,
        components.component_key,
        linked_components.component_key as linked_component_key
    from links
    inner join components
        on links.identifier_key = components.identifier_key
    inner join components as linked_components
        on links.linked_key = linked_components.identifier_key
    where components.component_key <> linked_components.component_key

),

cut_components as (

    select component_key
    from cut_links

    union

    select linked_component_key as component_key
    from cut_links

),

component_claims as (

    select
        components.component_key,
        claims.claim_name,
        sum(claims.claim_count) as claim_count,
        min(claims.claim_limit) as claim_limit
    from cut_components
    inner join components
        on cut_components.component_key = components.component_key
    inner join claims
        on components.identifier_key = claims.node_key
    group by
        components.component_key,
        claims.claim_name

),

-- Clusters only grow, so what a link would have broken when it was refused it would break in the end. A split comes before a limit.
refusals as (

    select
        cut_links.identifier_key,
        cut_links.linked_key,
        cut_links.rule_rank,
        max(case when component_claims.claim_name like 'split %' then component_claims.claim_name end) as split_name,
        min(case when component_claims.claim_name not like 'split %' then component_claims.claim_name end) as limit_name
    from cut_links
    inner join component_claims
        on cut_links.component_key = component_claims.component_key
    inner join component_claims as linked_claims
        on
            cut_links.linked_component_key = linked_claims.component_key
            and component_claims.claim_name = linked_claims.claim_name
    where component_claims.claim_count + linked_claims.claim_count > component_claims.claim_limit
    group by
        cut_links.identifier_key,
        cut_links.linked_key,
        cut_links.rule_rank

),

final as (

    select
        cut_links.identifier_key,
        cut_links.linked_key,
        identity_rules.rule_name,
        identity_rules.identity_stage,
        cut_links.component_key,
        cut_links.linked_component_key,
        cut_links.first_loaded_at,
        case
            when refusals.split_name is not null then 'split'
            when refusals.limit_name is not null then 'limit'
        end as refused_reason,
        substr(refusals.split_name, 7) as override_id,
        case when refusals.split_name is null then refusals.limit_name end as limited_type
    from cut_links
    inner join identity_rules
        on cut_links.rule_rank = identity_rules.rule_rank
    left join refusals
        on
            cut_links.identifier_key = refusals.identifier_key
            and cut_links.linked_key = refusals.linked_key
            and cut_links.rule_rank = refusals.rule_rank

)

select * from final
