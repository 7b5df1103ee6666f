{#-
    Contracts a graph round by round, into scratch tables, until no edge is left. Returns SQL with one row per node of the graph: node_key
    and component_key, the smallest key of its component.

    edges: relation with node_key < neighbour_key; pairs may repeat. scratch: see component_scratch_table; its tables are what the SQL reads.
-#}
{% macro contracted_components(edges, scratch) -%}
    {%- set max_rounds = config.get('max_rounds', 60) -%}
    {%- set loop_state = namespace(edges=edges, remaining=1) -%}
    {%- set elected = [] -%}

    {%- for round_number in range(1, max_rounds + 1) -%}
        {%- if loop_state.remaining > 0 -%}
            {%- set representatives = component_scratch_table(
                'elected_' ~ round_number, contraction_representatives_sql(loop_state.edges, round_number), scratch
            ) -%}
            {%- set contracted = component_scratch_table(
                'edges_' ~ round_number, contraction_edges_sql(loop_state.edges, representatives), scratch
            ) -%}
            {%- if round_number > 1 -%}
                {%- do drop_component_table(loop_state.edges, scratch) -%}
            {%- endif -%}
            {%- do elected.append(representatives) -%}
            {%- set loop_state.edges = contracted -%}
            {%- set loop_state.remaining = ask_scratch('select count(*) as row_count from ' ~ contracted, scratch)[0] -%}
            {%- do log(this.identifier ~ ': ' ~ loop_state.remaining ~ ' edges left after round ' ~ round_number, info=false) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- if loop_state.remaining > 0 -%}
        {%- do drop_component_scratch(scratch) -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ loop_state.remaining ~ ' edges are left after ' ~ max_rounds
            ~ ' rounds of contraction. Nothing was written. Raise the config max_rounds.'
        ) -%}
    {%- endif -%}

    {#- From the last round back to the first: the component of a representative is that of the nodes it stands for. -#}
    {%- set unwound = namespace(sql='select node_key, representative_key as component_key from ' ~ elected[-1]) -%}
    {%- for position in range(elected | length, 1, -1) -%}
        {%- set components = component_scratch_table('comp_' ~ position, unwound.sql, scratch) -%}
        {%- if position == contraction_ordered_rounds() + 1 -%}
            {%- set components = component_scratch_table('named', contraction_names_sql(components), scratch) -%}
        {%- endif -%}
        {%- set unwound.sql = contraction_components_sql(elected[position - 2], components) -%}
    {%- endfor -%}
    {{ return(unwound.sql) }}
{%- endmacro %}
