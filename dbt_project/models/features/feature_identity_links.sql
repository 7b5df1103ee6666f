-- Everything that may have joined two identifiers on an earlier date: also links over an address or a number that has become everybody's
-- since, and such as a limit refuses today.

with

identifiers as (

    select
        identifier_key,
        component_key,
        {{ knowledge_date('first_seen_at', 'first_loaded_at') }} as known_date
    from {{ ref('int_identity_map') }}
    where
        is_known
        and not is_junk

),

shared_identifiers as (

    select * from {{ ref('feature_shared_identifiers') }}

),

rule_links as (

    select
        edges.identifier_key,
        edges.linked_key,
        edges.identity_stage,
        edges.rule_rank,
        edges.first_loaded_at,
        {{ knowledge_date('edges.first_linked_at', 'edges.first_loaded_at') }} as known_date,
        case
            when shared_left.shared_date < shared_right.shared_date then shared_left.shared_date
            else coalesce(shared_right.shared_date, shared_left.shared_date)
        end as shared_date
    from {{ ref('int_identity_edges') }} as edges
    left join shared_identifiers as shared_left
        on edges.identifier_key = shared_left.identifier_key
    left join shared_identifiers as shared_right
        on edges.linked_key = shared_right.identifier_key
    where
        edges.identity_stage <= 2
        and (edges.blocked_reason is null or edges.blocked_reason = 'shared')

),

-- Corrections hold on every date on which both sides were known.
corrections as (

    select
        identifier_key,
        linked_key,
        1 as identity_stage,
        0 as rule_rank,
        decided_at as first_loaded_at
    from {{ ref('int_identity_overrides') }}
    where
        decision = 'link'
        and is_effective

),

-- Which records are surely one person's is asked of what is known of them today; the pair counts since both were there.
match_links as (

    select
        identifier_key,
        linked_key,
        3 as identity_stage,
        rule_rank + strength_rank as rule_rank,
        first_loaded_at
    from {{ ref('int_identity_match_edges') }}

),

dateless_links as (

    select * from corrections
    union all
    select * from match_links

),

links as (

    select
        identifier_key,
        linked_key,
        identity_stage,
        rule_rank,
        first_loaded_at,
        known_date,
        shared_date
    from rule_links

    union all

    select
        dateless_links.identifier_key,
        dateless_links.linked_key,
        dateless_links.identity_stage,
        dateless_links.rule_rank,
        dateless_links.first_loaded_at,
        greatest(identifiers.known_date, linked_identifiers.known_date) as known_date,
        cast(null as date) as shared_date
    from dateless_links
    inner join identifiers
        on dateless_links.identifier_key = identifiers.identifier_key
    inner join identifiers as linked_identifiers
        on dateless_links.linked_key = linked_identifiers.identifier_key

),

final as (

    select
        links.identifier_key,
        links.linked_key,
        cast(links.identity_stage as bigint) as identity_stage,
        cast(links.rule_rank as bigint) as rule_rank,
        links.first_loaded_at,
        links.known_date,
        links.shared_date,
        identifiers.component_key,
        linked_identifiers.component_key as linked_component_key
    from links
    inner join identifiers
        on links.identifier_key = identifiers.identifier_key
    inner join identifiers as linked_identifiers
        on links.linked_key = linked_identifiers.identifier_key

)

select * from final
