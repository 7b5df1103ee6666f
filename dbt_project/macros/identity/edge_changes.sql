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
        {%- set arrivals = arrival_conditions(arrival_column, kept_state) -%}
        {%- if arrivals is none -%}
            {{ return(none) }}
        {%- endif -%}
        {%- set is_old = arrivals.is_old -%}
        {%- set is_new = arrivals.is_new -%}
        {#- Most days take no edge away, which is cheaper to see without buckets. -#}
        {%- set has_changed = ask_scratch(edges_differ_sql(sql, is_old, kept_state), scratch)[0] > 0 -%}
        {%- set digest = component_scratch_table('digest', edges_digest_sql(sql, arrival_column, is_old), scratch) if has_changed else kept_state -%}
        {%- set in_bucket = none -%}
        {%- if has_changed -%}
            {%- set buckets = component_scratch_table('buckets', changed_buckets_sql(digest, kept_state), scratch) -%}
            {%- set in_bucket = edge_bucket() ~ ' in (select bucket from ' ~ buckets ~ ')' -%}
        {%- endif -%}
        {%- set current = component_scratch_table(
            'current', ordered_edges_sql(sql, is_new ~ (' or ' ~ in_bucket if in_bucket else '')), scratch
        ) -%}
        {%- set stored_sql = stored_sql ~ ' where ' ~ (in_bucket or '1 = 0') -%}
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

{#-
    SQL that says of an edge whether the last run can have seen it (is_old) or not (is_new): against a constant, by which an engine skips
    the blocks of older edges. An edge without arrival is an old one. None when the last run kept no such digest. When there was no arrival,
    because there was no edge, all are old: of edges that it did not know the digest will tell.
-#}
{% macro arrival_conditions(arrival_column, kept_state) -%}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(kept_state) -%}
        {%- do types.update({column.name | lower: column.dtype}) -%}
    {%- endfor -%}
    {%- if 'newest_arrival' not in types or 'hash_sum' not in types -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set newest = run_query('select cast(max(newest_arrival) as ' ~ dbt.type_string() ~ ') as newest_arrival from ' ~ kept_state).rows[0][0] -%}
    {%- if newest is none -%}
        {{ return({'is_old': '1 = 1', 'is_new': '1 = 0'}) }}
    {%- endif -%}
    {%- set literal = 'cast(' ~ dbt.string_literal(newest) ~ ' as ' ~ types.newest_arrival ~ ')' -%}
    {{ return({
        'is_old': '(' ~ arrival_column ~ ' is null or ' ~ arrival_column ~ ' <= ' ~ literal ~ ')',
        'is_new': arrival_column ~ ' > ' ~ literal
    }) }}
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
