{#-
    The second half of connected_components_materialization for a graph with limits: components that break one are put together again round
    by round. Returns SQL with one row per node: node_key and component_key.

    components: relation of the components without limits. edges_sql: the model. claims: relation. scratch: see component_scratch_table; its
    tables are what the SQL reads. Raises when max_limited_rounds (config, default 1000) do not suffice.
-#}
{% macro limited_components(components, edges_sql, claims, scratch) -%}
    {%- set max_rounds = config.get('max_limited_rounds', 1000) -%}
    {%- set broken = component_scratch_table('broken_limits', limits_broken_sql(components, claims), scratch) -%}
    {%- if ask_scratch('select count(*) as row_count from ' ~ broken, scratch)[0] == 0 -%}
        {{ return('select node_key, component_key from ' ~ components) }}
    {%- endif -%}
    {%- set members = component_scratch_table('members_0', limits_members_sql(components, broken), scratch) -%}
    {%- set links = component_scratch_table('links_0', limits_links_sql(edges_sql, members), scratch) -%}
    {%- set cluster_claims = component_scratch_table('claims_0', limits_claims_sql(members, claims), scratch) -%}
    {%- set state = namespace(members=members, links=links, claims=cluster_claims, is_done=false) -%}
    {%- for round_number in range(1, max_rounds + 1) -%}
        {%- if not state.is_done -%}
            {%- set open_links = component_scratch_table('open_' ~ round_number, limits_open_links_sql(state.links, state.claims), scratch) -%}
            {%- do drop_component_table(state.links, scratch) -%}
            {%- if ask_scratch('select count(*) as row_count from ' ~ open_links, scratch)[0] == 0 -%}
                {%- set state.is_done = true -%}
            {%- else -%}
                {%- set moves = component_scratch_table('moves_' ~ round_number, limits_moves_sql(open_links, state.claims), scratch) -%}
                {%- set members = component_scratch_table(
                    'members_' ~ round_number, limits_moved_members_sql(state.members, moves), scratch
                ) -%}
                {%- set links = component_scratch_table('links_' ~ round_number, limits_moved_links_sql(open_links, moves), scratch) -%}
                {%- set cluster_claims = component_scratch_table(
                    'claims_' ~ round_number, limits_moved_claims_sql(state.claims, moves), scratch
                ) -%}
                {%- for relation in [open_links, moves, state.members, state.claims] -%}
                    {%- do drop_component_table(relation, scratch) -%}
                {%- endfor -%}
                {%- set state.members = members -%}
                {%- set state.links = links -%}
                {%- set state.claims = cluster_claims -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not state.is_done -%}
        {%- do run_pending(scratch) -%}
        {%- do drop_component_scratch(scratch) -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ ': the components that break a limit are not settled after ' ~ max_rounds ~ ' rounds. The model stays as it was. '
            ~ 'Look for an identifier that joins thousands of people and add it to seeds/identity_junk_identifiers.csv, '
            ~ 'or raise the config max_limited_rounds.'
        ) -%}
    {%- endif -%}
    {{ return(limits_components_sql(components, state.members)) }}
{%- endmacro %}
