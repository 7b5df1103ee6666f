{#-
    The statements of component search by randomised contraction
    (Bögeholz, Brand, Todor: "In-database connected component analysis", ICDE 2020), with the representative kept as a key of the graph.
    In each round every node elects, from itself and its neighbours, the one that comes first in that round's order; then each node is
    replaced by its representative, and edges inside one group vanish. Whatever is elected, groups never leave their component, so any
    order is correct; a random one shrinks even a long chain by a constant factor per round.
-#}

{#- One row per node of the graph with its representative. edges: relation with node_key, neighbour_key; pairs may repeat. -#}
{% macro contraction_representatives_sql(edges, round_number) -%}
with

edge_priorities as (

    select
        {{ contraction_priority('node_key', round_number) }} as node_priority,
        {{ contraction_priority('neighbour_key', round_number) }} as neighbour_priority,
        node_key,
        neighbour_key
    from {{ edges }}

),

directed_edges as (

    select
        node_key,
        neighbour_priority
    from edge_priorities

    union all

    select
        neighbour_key as node_key,
        node_priority as neighbour_priority
    from edge_priorities

),

first_priorities as (

    select
        node_key,
        least({{ contraction_priority('node_key', round_number) }}, min(neighbour_priority)) as first_priority
    from directed_edges
    group by node_key

)

select
    node_key,
    {{ contraction_key('first_priority', round_number) }} as representative_key
from first_priorities
{%- endmacro %}

{#- The edges between representatives, each pair once. -#}
{% macro contraction_edges_sql(edges, representatives) -%}
select distinct
    least(node_representatives.representative_key, neighbour_representatives.representative_key) as node_key,
    greatest(node_representatives.representative_key, neighbour_representatives.representative_key) as neighbour_key
from {{ edges }} as edges
inner join {{ representatives }} as node_representatives
    on edges.node_key = node_representatives.node_key
inner join {{ representatives }} as neighbour_representatives
    on edges.neighbour_key = neighbour_representatives.node_key
where node_representatives.representative_key <> neighbour_representatives.representative_key
{%- endmacro %}

{#- The component of each node of a round, given the components of the round after it. -#}
{% macro contraction_components_sql(representatives, later_components) -%}
select
    representatives.node_key,
    coalesce(later_components.component_key, representatives.representative_key) as component_key
from {{ representatives }} as representatives
left join {{ later_components }} as later_components
    on representatives.representative_key = later_components.node_key
{%- endmacro %}

{#-
    The same components, named after their smallest node. In the rounds before this one nodes were elected by their keys themselves, so
    the smallest node of a component always elected itself and is still there.
-#}
{% macro contraction_names_sql(components) -%}
select
    components.node_key,
    names.smallest_key as component_key
from {{ components }} as components
inner join (
    select
        component_key,
        min(node_key) as smallest_key
    from {{ components }}
    group by component_key
) as names
    on components.component_key = names.component_key
{%- endmacro %}
