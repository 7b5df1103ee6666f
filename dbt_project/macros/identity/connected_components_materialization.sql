{#-
    Materialises a model of edges (node_key, neighbour_key: bigint, from 0 to 2^60 - 1) as the connected components of that graph:
    one row per node that has an edge, columns node_key and component_key (the smallest key of the component's nodes, so that it is a
    property of the graph and not of the way it was computed).

    The first build, a full refresh, or a day that changes more than `rebuild_above` (config, default 0.1) of the edges contracts the
    whole graph. Every other run looks for the edges that came or went since the last one, and recomputes the components that they
    touch: an edge that came joins whole components by their keys, a component that lost an edge is searched again from the edges that
    it still has. The table equals a full rebuild, row by row.

    What a run leaves beside the model:
    - `<model>__edges`: the edges that the model was made from, as (smaller key, larger key), one row per row of the query;
    - `<model>__state`: says that the two belong together. With the config arrival_column also what edges_digest_sql describes.

    Crashes: the state is dropped before the model or its edges are touched and made again last, so whatever a dead run leaves between
    the two has no state, and the next run rebuilds. No step is undone or guessed. Where the engine has transactions, all of this is one.

    arrival_column (config): a column of the query that says when an edge became known and that only grows from run to run, such as
    a load time. Then a run compares only the edges that are newer than the last run's newest, and those of buckets whose digests differ,
    instead of every edge with every edge of the day before. The query is run several times, so it should be cheap: filters over a table.

    claims (config): names a model of what nodes lay claim to (node_key, claim_name, claim_count, claim_limit), which the model has to
    depend on: no component then holds more of a claim than its limit. The edges need two more columns, rule_rank and first_loaded_at;
    components that break a limit are put together again edge by edge in that order (then by keys), leaving out the edges that would
    break one (limited_components.sql). Rank 0 joins whatever the limits say. What the edges alone give is then kept and updated in
    `<model>__unlimited`; the model is made from it in every run, since claims may change where no edge does.

    The loop runs on any engine. It raises when max_rounds (config, default 60) do not suffice; each round removes a constant share of
    the nodes on average, so a graph of a billion nodes needs about 30.
    Unit tests see the edges that the model selects; the loop itself is tested by tests/integration/test_connected_components.py.
-#}
{% materialization connected_components, default %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}
    {%- set kept_edges = this.incorporate(path={'identifier': this.identifier ~ '__edges'}, type='table') -%}
    {%- set kept_state = this.incorporate(path={'identifier': this.identifier ~ '__state'}, type='table') -%}
    {%- set arrival_column = config.get('arrival_column') -%}
    {%- set claims = config.get('claims') -%}
    {%- set searched_relation = this.incorporate(path={'identifier': this.identifier ~ '__unlimited'}, type='table') if claims else target_relation -%}
    {%- set searched_before = load_cached_relation(searched_relation) -%}
    {%- set backup_of_searched = make_backup_relation(searched_relation, 'table') -%}
    {%- set can_update = not should_full_refresh()
        and searched_before is not none and searched_before.is_table
        and load_cached_relation(kept_edges) is not none
        and load_cached_relation(kept_state) is not none -%}
    {%- set changes = namespace(found=none) -%}

    {#- What a run that died has left. -#}
    {%- for relation in tables_named_like(this, this.identifier ~ '__tmp_') -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_of_searched)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set scratch = {'relations': [], 'pending': []} -%}
    {%- if can_update -%}
        {%- set changes.found = find_edge_changes(sql, kept_edges, kept_state, arrival_column, scratch) -%}
    {%- endif -%}
    {%- if changes.found is none or changes.found.count > config.get('rebuild_above', 0.1) * changes.found.edge_count -%}
        {%- do drop_component_scratch(scratch) -%}
        {%- do rebuild_components(sql, searched_relation, searched_before, backup_of_searched, kept_edges, kept_state, arrival_column, scratch) -%}
    {%- else -%}
        {%- do update_components(searched_relation, kept_edges, kept_state, changes.found, scratch) -%}
    {%- endif -%}
    {%- if claims -%}
        {#- What was searched is whole now, whatever becomes of the limits. -#}
        {%- call statement('open_transaction') -%}
            select 1 as is_open
        {%- endcall -%}
        {{ adapter.commit() }}
        {%- set limited = component_scratch_relation('limited') -%}
        {%- set limited_sql = limited_components(searched_relation, sql, ref(claims), scratch) -%}
        {%- do run_pending(scratch) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, limited, limited_sql) }}
        {%- endcall -%}
        {%- if existing_relation is not none -%}
            {%- do adapter.rename_relation(existing_relation, backup_relation) -%}
        {%- endif -%}
        {%- do adapter.rename_relation(limited, target_relation) -%}
    {%- endif -%}
    {%- do drop_component_scratch(scratch) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_of_searched)) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}

{#- Contracts the whole graph; the tables that were there stay until the new ones are whole. -#}
{% macro rebuild_components(sql, target_relation, existing_relation, backup_relation, kept_edges, kept_state, arrival_column, scratch) -%}
    {%- set edges = component_scratch_table('edges', ordered_edges_sql(sql), scratch) -%}
    {%- do require_keys_in_range(ask_scratch('select ' ~ keys_out_of_range() ~ ' from ' ~ edges, scratch)[0], scratch) -%}
    {%- set components_sql = contracted_components(edges, scratch) -%}
    {%- set components = component_scratch_relation('components') -%}
    {%- set state = component_scratch_table('state', edges_state_sql(sql, arrival_column), scratch) -%}
    {%- do run_pending(scratch) -%}
    {%- do adapter.drop_relation(kept_state) -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, components, components_sql) }}
    {%- endcall -%}
    {%- if existing_relation is not none -%}
        {%- do adapter.rename_relation(existing_relation, backup_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(components, target_relation) -%}
    {%- do adapter.drop_relation(kept_edges) -%}
    {%- do adapter.rename_relation(edges, kept_edges) -%}
    {%- do adapter.rename_relation(state, kept_state) -%}
{%- endmacro %}

{#-
    Recomputes the components that changed edges touch, in the model and in what lies beside it.
    changes: what find_edge_changes has returned.
-#}
{% macro update_components(target_relation, kept_edges, kept_state, changes, scratch) -%}
    {%- do log(this.identifier ~ ': ' ~ changes.count ~ ' of ' ~ changes.edge_count ~ ' edges came or went', info=false) -%}
    {%- set edges = changes.relation -%}
    {%- if changes.count > 0 -%}
        {%- do require_keys_in_range(changes.out_of_range, scratch) -%}
        {%- set touched = component_scratch_table('touched', touched_nodes_sql(target_relation, edges), scratch) -%}
        {%- set broken = component_scratch_table('broken', broken_components_sql(touched, edges), scratch) -%}
        {%- set members = component_scratch_table('members', members_sql(target_relation, broken, changes.gone_count > 0), scratch) -%}
        {%- set joined_edges = component_scratch_table(
            'joined', ordered_edges_sql(joined_edges_sql(kept_edges, edges, touched, broken, members, changes.gone_count > 0)), scratch
        ) -%}
        {%- set merged = component_scratch_table('merged', contracted_components(joined_edges, scratch), scratch) -%}
        {%- set renamed = component_scratch_table('renamed', renamed_components_sql(merged, touched, broken), scratch) -%}
        {%- set fresh = component_scratch_table('fresh', fresh_components_sql(target_relation, merged, renamed, touched, broken), scratch) -%}
        {%- set stale_sql = stale_components_sql(renamed, broken) -%}
        {%- set stale_count = ask_scratch('select count(*) as row_count from (' ~ stale_sql ~ ') as stale', scratch)[0] -%}
    {%- endif -%}
    {%- if changes.count > 0 or changes.state is not none -%}
        {%- set state = changes.state or component_scratch_table('state', edges_state_sql('', none), scratch) -%}
        {%- do run_pending(scratch) -%}
        {#- Opens the transaction, on engines that have them: what follows is one step there. -#}
        {%- call statement('open_transaction') -%}
            select 1 as is_open
        {%- endcall -%}
        {%- do adapter.drop_relation(kept_state) -%}
        {%- if changes.count > 0 -%}
            {%- set columns = ['node_key', 'component_key'] -%}
            {%- do replace_keyed_rows(target_relation, columns, ['component_key'], stale_sql if stale_count > 0 else none, fresh, 'main') -%}
            {%- set columns = ['node_key', 'neighbour_key'] -%}
            {%- set fresh_edges = '(' ~ fresh_edges_sql(changes.current_sql, edges) ~ ') as fresh_edges' -%}
            {%- set stale_sql = stale_edges_sql(edges) if changes.stale_count > 0 else none -%}
            {%- do replace_keyed_rows(kept_edges, columns, columns, stale_sql, fresh_edges, 'edges') -%}
        {%- endif -%}
        {%- do adapter.rename_relation(state, kept_state) -%}
    {%- endif -%}
    {%- if changes.count == 0 -%}
        {%- call noop_statement('main', 'NO EDGE CHANGED', 'NO EDGE CHANGED', 0) -%}
            select node_key, component_key from {{ target_relation }}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{#- Raises an error for keys that contraction_priority is no permutation of. The error names no key. -#}
{% macro require_keys_in_range(out_of_range, scratch) -%}
    {%- if out_of_range > 0 -%}
        {%- do drop_component_scratch(scratch) -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ out_of_range ~ ' edges have a key outside 0 to 2^60 - 1. Nothing was written. Make keys with identifier_hash.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The number of edges with such keys; the smaller key of an edge comes first. -#}
{% macro keys_out_of_range() -%}
    coalesce(sum(case when node_key < 0 or neighbour_key >= {{ 2 ** 60 }} then 1 else 0 end), 0) as out_of_range_count
{%- endmacro %}
