{#-
    From changed edges to changed components. A component that gained edges only is joined to others as one node, its key; a component that
    lost an edge is "broken": its nodes are searched again from the edges that are left.

    Arguments of these macros: target, the model as the last run has left it; changes, see edge_changes_sql; the other names are the
    scratch tables made by the macro of that name.
-#}

{#- The component of every node of a changed edge, where it has one. -#}
{% macro touched_nodes_sql(target, changes) -%}
select
    node_key,
    component_key
from {{ target }}
where node_key in (
    select node_key from {{ changes }}
    union all
    select neighbour_key as node_key from {{ changes }}
)
{%- endmacro %}

{#- Components that lost an edge; both of its nodes lie in the same one. -#}
{% macro broken_components_sql(touched, changes) -%}
select distinct touched.component_key
from {{ changes }} as changes
inner join {{ touched }} as touched
    on changes.node_key = touched.node_key
where changes.current_count = 0
{%- endmacro %}

{#- The nodes of broken components. has_broken: whether there may be any; the model is not read for nothing. -#}
{% macro members_sql(target, broken, has_broken) -%}
select node_key
from {{ target }}
where {{ 'component_key in (select component_key from ' ~ broken ~ ')' if has_broken else '1 = 0' }}
{%- endmacro %}

{#- The edges to contract: those that came, and those that broken components still have; between the keys of whole components. -#}
{% macro joined_edges_sql(kept_edges, changes, touched, broken, members, has_broken) -%}
with

aliases as (

    select
        touched.node_key,
        touched.component_key as alias_key
    from {{ touched }} as touched
    left join {{ broken }} as broken
        on touched.component_key = broken.component_key
    where broken.component_key is null

),

edges as (

    select
        node_key,
        neighbour_key
    from {{ changes }}
    where stored_count = 0
    {%- if has_broken %}

    union all

    select
        kept_edges.node_key,
        kept_edges.neighbour_key
    from {{ kept_edges }} as kept_edges
    left join {{ changes }} as changes
        on
            kept_edges.node_key = changes.node_key
            and kept_edges.neighbour_key = changes.neighbour_key
            and changes.current_count = 0
    where
        kept_edges.node_key in (select node_key from {{ members }})
        and changes.node_key is null
    {%- endif %}

)

select
    coalesce(node_aliases.alias_key, edges.node_key) as node_key,
    coalesce(neighbour_aliases.alias_key, edges.neighbour_key) as neighbour_key
from edges
left join aliases as node_aliases
    on edges.node_key = node_aliases.node_key
left join aliases as neighbour_aliases
    on edges.neighbour_key = neighbour_aliases.node_key
{%- endmacro %}

{#- Whole components that now bear another key. -#}
{% macro renamed_components_sql(merged, touched, broken) -%}
select distinct
    merged.node_key as former_key,
    merged.component_key
from {{ merged }} as merged
inner join {{ touched }} as touched
    on merged.node_key = touched.component_key
left join {{ broken }} as broken
    on touched.component_key = broken.component_key
where broken.component_key is null and merged.component_key <> merged.node_key
{%- endmacro %}

{#- The components whose rows are replaced. -#}
{% macro stale_components_sql(renamed, broken) -%}
select former_key as component_key
from {{ renamed }}

union all

select component_key
from {{ broken }}
{%- endmacro %}

{#- The rows that replace them, and those of new nodes. A node of a broken component without any edge has none. -#}
{% macro fresh_components_sql(target, merged, renamed, touched, broken) -%}
with

whole_components as (

    select distinct touched.component_key
    from {{ touched }} as touched
    left join {{ broken }} as broken
        on touched.component_key = broken.component_key
    where broken.component_key is null

)

select
    target.node_key,
    renamed.component_key
from {{ target }} as target
inner join {{ renamed }} as renamed
    on target.component_key = renamed.former_key

union all

select
    merged.node_key,
    merged.component_key
from {{ merged }} as merged
left join whole_components
    on merged.node_key = whole_components.component_key
where whole_components.component_key is null
{%- endmacro %}
