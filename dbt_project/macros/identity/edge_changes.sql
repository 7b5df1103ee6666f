{#-
    Which edges came or went since the last run of a connected_components model. Rows count: an edge that two rows of the query give
    is kept twice, so that what is kept is a function of the query alone.

    Returns a dictionary: relation (scratch table of edge_changes_sql), count (its rows; of them gone_count are without any row now, stale_count
    had one before, out_of_range have a key that is out of range), edge_count (edges kept until now), current_sql (rows of the query that the
    changed edges come from), state (scratch table that takes the place of the kept one, or none where it stays). None: nothing to compare with.
-#}
{% macro find_edge_changes(sql, kept_edges, kept_state, arrival_column, scratch) -%}
    {%- set found = {'current_sql': ordered_edges_sql(sql), 'state': none} -%}
    {%- set stored_sql = 'select node_key, neighbour_key from ' ~ kept_edges -%}
    {%- if arrival_column -%}
        {%- if 'newest_arrival' not in adapter.get_columns_in_relation(kept_state) | map(attribute='name') | map('lower') | list -%}
            {{ return(none) }}
        {%- endif -%}
        {%- set newest = '(select max(newest_arrival) from ' ~ kept_state ~ ')' -%}
        {%- set is_new = 'coalesce(' ~ arrival_column ~ ' > ' ~ newest ~ ', false)' -%}
        {%- set digest = component_scratch_table('digest', edges_digest_sql(sql, arrival_column, 'not ' ~ is_new), scratch) -%}
        {%- set buckets = component_scratch_table('buckets', changed_buckets_sql(digest, kept_state), scratch) -%}
        {%- set has_buckets = ask_scratch('select count(*) as row_count from ' ~ buckets, scratch)[0] > 0 -%}
        {%- set in_bucket = edge_bucket() ~ ' in (select bucket from ' ~ buckets ~ ')' -%}
        {%- set current = component_scratch_table(
            'current', ordered_edges_sql(sql, is_new ~ (' or ' ~ in_bucket if has_buckets else '')), scratch
        ) -%}
        {%- set stored_sql = stored_sql ~ ' where ' ~ (in_bucket if has_buckets else '1 = 0') -%}
        {%- do found.update({
            'current_sql': 'select node_key, neighbour_key from ' ~ current,
            'state': component_scratch_table('state', added_digests_sql(digest, edges_digest_sql(sql, arrival_column, is_new)), scratch)
        }) -%}
    {%- endif -%}
    {%- set changes = component_scratch_table('changes', edge_changes_sql(found.current_sql, stored_sql), scratch) -%}
    {%- set numbers = ask_scratch(edge_change_counts_sql(changes, kept_edges), scratch) -%}
    {%- do found.update({
        'relation': changes,
        'count': numbers[0],
        'gone_count': numbers[1],
        'stale_count': numbers[2],
        'out_of_range': numbers[3],
        'edge_count': numbers[4]
    }) -%}
    {{ return(found) }}
{%- endmacro %}

{#- What find_edge_changes returns as numbers, in one row. -#}
{% macro edge_change_counts_sql(changes, kept_edges) -%}
select
    count(*) as change_count,
    coalesce(sum(case when current_count = 0 then 1 else 0 end), 0) as gone_count,
    coalesce(sum(case when stored_count > 0 then 1 else 0 end), 0) as stale_count,
    {{ keys_out_of_range() }},
    (select count(*) from {{ kept_edges }}) as edge_count
from {{ changes }}
{%- endmacro %}

{#- The edges of a query with the smaller key first; edges from a node to itself say nothing. condition: SQL, or none for all of them. -#}
{% macro ordered_edges_sql(sql, condition=none) -%}
    select
        cast(least(node_key, neighbour_key) as bigint) as node_key,
        cast(greatest(node_key, neighbour_key) as bigint) as neighbour_key
    from (
        {{ sql }}
    ) as model_edges
    where node_key <> neighbour_key{{ ' and (' ~ condition ~ ')' if condition else '' }}
{%- endmacro %}

{#- One row per edge of which another number of rows is there now than was kept. -#}
{% macro edge_changes_sql(current_sql, stored_sql) -%}
select
    node_key,
    neighbour_key,
    sum(is_current) as current_count,
    sum(is_stored) as stored_count
from (
    select
        node_key,
        neighbour_key,
        1 as is_current,
        0 as is_stored
    from ({{ current_sql }}) as current_edges

    union all

    select
        node_key,
        neighbour_key,
        0 as is_current,
        1 as is_stored
    from ({{ stored_sql }}) as stored_edges
) as edges
group by
    node_key,
    neighbour_key
having sum(is_current) <> sum(is_stored)
{%- endmacro %}

{#- The edges to take out of those that are kept: the changed ones that were there, in all of their rows. -#}
{% macro stale_edges_sql(changes) -%}
    select
        node_key,
        neighbour_key
    from {{ changes }}
    where stored_count > 0
{%- endmacro %}

{#- The rows of changed edges that are there now. -#}
{% macro fresh_edges_sql(current_sql, changes) -%}
    select
        current_edges.node_key,
        current_edges.neighbour_key
    from ({{ current_sql }}) as current_edges
    inner join {{ changes }} as changes
        on
            current_edges.node_key = changes.node_key
            and current_edges.neighbour_key = changes.neighbour_key
{%- endmacro %}
