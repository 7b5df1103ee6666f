{#-
    The three statements of component search by randomised contraction
    (Bögeholz, Brand, Todor: "In-database connected component analysis", ICDE 2020), with the representative kept as a key of the graph.
    In each round every node elects, from itself and its neighbours, the one that comes first in that round's order; then each node is
    replaced by its representative, and edges inside one group vanish. Whatever is elected, groups never leave their component, so any
    order is correct; a random one shrinks even a long chain by a constant factor per round.
-#}

{#- One row per node of the graph with its representative. edges: relation with node_key, neighbour_key, each pair once. -#}
{% macro contraction_representatives_sql(edges, round_number) -%}
with

directed_edges as (

    select
        node_key,
        neighbour_key
    from {{ edges }}

    union all

    select
        neighbour_key as node_key,
        node_key as neighbour_key
    from {{ edges }}

),

first_neighbours as (

    select
        node_key,
        {% if round_number == 1 -%}
        min(neighbour_key) as neighbour_key
        {%- else -%}
        min_by(neighbour_key, {{ contraction_priority('neighbour_key', round_number) }}) as neighbour_key
        {%- endif %}
    from directed_edges
    group by node_key

)

select
    node_key,
    case
        when {{ contraction_priority('node_key', round_number) }} < {{ contraction_priority('neighbour_key', round_number) }} then node_key
        else neighbour_key
    end as representative_key
from first_neighbours
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
