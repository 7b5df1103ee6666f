{#-
    The statements that put components together again under limits (see limited_components.sql).

    Wanted is what Kruskal's algorithm gives: take the links from the strongest to the weakest and join two clusters unless they would
    then hold more of a claim than its limit. A refusal is for good, because clusters only grow, so links may be taken in any order that
    respects each cluster's own: where two clusters are each other's strongest open link, nothing that happens elsewhere can come
    between them (the argument of Boruvka's algorithm). All such pairs are joined at once. A cluster with many neighbours that have no
    other link, such as a person with hundreds of devices, takes those at once too, up to its strongest link to any other cluster and up
    to the first that would break a limit.

    Everything is ordered by link_rank, which has no ties, so the result depends on no row order.
-#}

{#- One row per component that holds more of a claim than its limit. -#}
{% macro limits_broken_sql(components, claims) -%}
select distinct component_key
from (
    select
        components.component_key,
        claims.claim_name
    from {{ components }} as components
    inner join {{ claims }} as claims
        on components.node_key = claims.node_key
    group by
        components.component_key,
        claims.claim_name
    having sum(claims.claim_count) > min(claims.claim_limit)
) as broken_limits
{%- endmacro %}

{#- One row per node of those components: at first every node is a cluster of its own. -#}
{% macro limits_members_sql(components, broken) -%}
select
    components.node_key,
    components.node_key as cluster_key
from {{ components }} as components
inner join {{ broken }} as broken
    on components.component_key = broken.component_key
{%- endmacro %}

{#- One row per pair of those nodes that edges join, numbered from the strongest. -#}
{% macro limits_links_sql(edges_sql, members) -%}
with

model_edges as (

    {{ edges_sql }}

),

pairs as (

    select
        least(model_edges.node_key, model_edges.neighbour_key) as cluster_key,
        greatest(model_edges.node_key, model_edges.neighbour_key) as neighbour_key,
        model_edges.rule_rank,
        row_number() over (
            partition by least(model_edges.node_key, model_edges.neighbour_key), greatest(model_edges.node_key, model_edges.neighbour_key)
            order by model_edges.rule_rank, model_edges.first_loaded_at
        ) as pair_rank,
        model_edges.first_loaded_at
    from model_edges
    inner join {{ members }} as members
        on model_edges.node_key = members.node_key
    where model_edges.node_key <> model_edges.neighbour_key

)

select
    cluster_key,
    neighbour_key,
    rule_rank,
    row_number() over (order by rule_rank, first_loaded_at, cluster_key, neighbour_key) as link_rank
from pairs
where pair_rank = 1
{%- endmacro %}

{#- One row per cluster and claim. -#}
{% macro limits_claims_sql(members, claims) -%}
select
    members.cluster_key,
    claims.claim_name,
    cast(sum(claims.claim_count) as bigint) as claim_count,
    min(claims.claim_limit) as claim_limit
from {{ members }} as members
inner join {{ claims }} as claims
    on members.node_key = claims.node_key
group by
    members.cluster_key,
    claims.claim_name
{%- endmacro %}

{#- The links that break no limit. Where only one side lays a claim nothing is added to it, so an override may exceed it and grow on. -#}
{% macro limits_open_links_sql(links, claims) -%}
with

refused as (

    select distinct links.link_rank
    from {{ links }} as links
    inner join {{ claims }} as claims
        on links.cluster_key = claims.cluster_key
    inner join {{ claims }} as neighbour_claims
        on
            links.neighbour_key = neighbour_claims.cluster_key
            and claims.claim_name = neighbour_claims.claim_name
    where
        links.rule_rank > 0
        and claims.claim_count + neighbour_claims.claim_count > claims.claim_limit

)

select
    links.cluster_key,
    links.neighbour_key,
    links.rule_rank,
    links.link_rank
from {{ links }} as links
left join refused
    on links.link_rank = refused.link_rank
where refused.link_rank is null
{%- endmacro %}

{#- Which cluster goes into which in this round; none both takes and goes. -#}
{% macro limits_moves_sql(open_links, claims) -%}
with

directed_links as (

    select
        cluster_key,
        neighbour_key,
        rule_rank,
        link_rank
    from {{ open_links }}

    union all

    select
        neighbour_key as cluster_key,
        cluster_key as neighbour_key,
        rule_rank,
        link_rank
    from {{ open_links }}

),

clusters as (

    select
        cluster_key,
        count(*) as neighbour_count,
        min(link_rank) as strongest_rank
    from directed_links
    group by cluster_key

),

neighbours as (

    select
        directed_links.cluster_key,
        directed_links.neighbour_key,
        directed_links.rule_rank,
        directed_links.link_rank,
        clusters.neighbour_count > 1 and neighbour_clusters.neighbour_count = 1 as is_leaf
    from directed_links
    inner join clusters
        on directed_links.cluster_key = clusters.cluster_key
    inner join clusters as neighbour_clusters
        on directed_links.neighbour_key = neighbour_clusters.cluster_key

),

strongest_others as (

    select
        cluster_key,
        min(link_rank) as link_rank
    from neighbours
    where not is_leaf
    group by cluster_key

),

leaves as (

    select
        neighbours.cluster_key,
        neighbours.neighbour_key,
        neighbours.rule_rank,
        neighbours.link_rank
    from neighbours
    left join strongest_others
        on neighbours.cluster_key = strongest_others.cluster_key
    where
        neighbours.is_leaf
        and (strongest_others.link_rank is null or neighbours.link_rank < strongest_others.link_rank)

),

leaf_claims as (

    select
        leaves.cluster_key,
        leaves.rule_rank,
        leaves.link_rank,
        leaf.claim_count,
        leaf.claim_limit,
        coalesce(hub.claim_count, 0)
        + sum(leaf.claim_count) over (
            partition by leaves.cluster_key, leaf.claim_name
            order by leaves.link_rank
            rows between unbounded preceding and current row
        ) as total_count
    from leaves
    inner join {{ claims }} as leaf
        on leaves.neighbour_key = leaf.cluster_key
    left join {{ claims }} as hub
        on
            leaves.cluster_key = hub.cluster_key
            and leaf.claim_name = hub.claim_name

),

first_refusals as (

    select
        cluster_key,
        min(link_rank) as link_rank
    from leaf_claims
    where
        rule_rank > 0
        and total_count > claim_limit
        and total_count > claim_count
    group by cluster_key

),

taken_leaves as (

    select
        leaves.neighbour_key as cluster_key,
        leaves.cluster_key as moved_to_key
    from leaves
    left join first_refusals
        on leaves.cluster_key = first_refusals.cluster_key
    where first_refusals.link_rank is null or leaves.link_rank < first_refusals.link_rank

),

mutual_pairs as (

    select
        open_links.neighbour_key as cluster_key,
        open_links.cluster_key as moved_to_key
    from {{ open_links }} as open_links
    inner join clusters
        on
            open_links.cluster_key = clusters.cluster_key
            and open_links.link_rank = clusters.strongest_rank
    inner join clusters as neighbour_clusters
        on
            open_links.neighbour_key = neighbour_clusters.cluster_key
            and open_links.link_rank = neighbour_clusters.strongest_rank
    where
        open_links.cluster_key not in (select cluster_key from taken_leaves union all select moved_to_key from taken_leaves)
        and open_links.neighbour_key not in (select cluster_key from taken_leaves union all select moved_to_key from taken_leaves)

)

select
    cluster_key,
    moved_to_key
from taken_leaves

union all

select
    cluster_key,
    moved_to_key
from mutual_pairs
{%- endmacro %}

{#- The members after the moves of a round. -#}
{% macro limits_moved_members_sql(members, moves) -%}
select
    members.node_key,
    coalesce(moves.moved_to_key, members.cluster_key) as cluster_key
from {{ members }} as members
left join {{ moves }} as moves
    on members.cluster_key = moves.cluster_key
{%- endmacro %}

{#- The links after the moves of a round: of several between two clusters the strongest. -#}
{% macro limits_moved_links_sql(open_links, moves) -%}
with

moved_links as (

    select
        coalesce(moves.moved_to_key, open_links.cluster_key) as cluster_key,
        coalesce(neighbour_moves.moved_to_key, open_links.neighbour_key) as neighbour_key,
        open_links.rule_rank,
        open_links.link_rank
    from {{ open_links }} as open_links
    left join {{ moves }} as moves
        on open_links.cluster_key = moves.cluster_key
    left join {{ moves }} as neighbour_moves
        on open_links.neighbour_key = neighbour_moves.cluster_key

)

select
    least(cluster_key, neighbour_key) as cluster_key,
    greatest(cluster_key, neighbour_key) as neighbour_key,
    min(rule_rank) as rule_rank,
    min(link_rank) as link_rank
from moved_links
where cluster_key <> neighbour_key
group by
    least(cluster_key, neighbour_key),
    greatest(cluster_key, neighbour_key)
{%- endmacro %}

{#- The claims after the moves of a round. -#}
{% macro limits_moved_claims_sql(claims, moves) -%}
select
    coalesce(moves.moved_to_key, claims.cluster_key) as cluster_key,
    claims.claim_name,
    cast(sum(claims.claim_count) as bigint) as claim_count,
    min(claims.claim_limit) as claim_limit
from {{ claims }} as claims
left join {{ moves }} as moves
    on claims.cluster_key = moves.cluster_key
group by
    coalesce(moves.moved_to_key, claims.cluster_key),
    claims.claim_name
{%- endmacro %}

{#- The component of every node: of those that broke a limit their cluster, of the others what was found without limits. -#}
{% macro limits_components_sql(components, members) -%}
select
    components.node_key,
    coalesce(members.cluster_key, components.component_key) as component_key
from {{ components }} as components
left join {{ members }} as members
    on components.node_key = members.node_key
{%- endmacro %}
