{#-
    Scratch tables of a connected_components model. `scratch` is a dictionary: relations (the tables to drop) and pending (statements that have not
    run yet: they wait until something has to be known of their results, since a call costs more than a small statement).
-#}

{#- The name of a scratch table beside the model: of this run alone, since a killed server may leave the files of another run's. -#}
{% macro component_scratch_relation(suffix) -%}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__tmp_' ~ invocation_id[:8] ~ '_' ~ suffix}, type='table')) }}
{%- endmacro %}

{#- A scratch table, made before the next question. Temporary tables would not do: Spark's are views. Returns the relation. -#}
{% macro component_scratch_table(suffix, select_sql, scratch) -%}
    {%- set relation = component_scratch_relation(suffix) -%}
    {%- do scratch.pending.append(create_table_as(False, relation, select_sql)) -%}
    {%- do scratch.relations.append(relation) -%}
    {{ return(relation) }}
{%- endmacro %}

{#- Runs the statements that wait. -#}
{% macro run_pending(scratch) -%}
    {%- do run_statements(scratch.pending) -%}
    {%- do scratch.pending.clear() -%}
{%- endmacro %}

{#- The first row of a query over scratch tables, as whole numbers. -#}
{% macro ask_scratch(query, scratch) -%}
    {%- do run_pending(scratch) -%}
    {%- set numbers = [] -%}
    {%- for value in run_query(query).rows[0].values() -%}
        {%- do numbers.append(value | int) -%}
    {%- endfor -%}
    {{ return(numbers) }}
{%- endmacro %}

{#- Drops a scratch table that nothing reads any more, after the statements that wait. -#}
{% macro drop_component_table(relation, scratch) -%}
    {%- do scratch.pending.append('drop table ' ~ relation) -%}
    {%- do scratch.relations.remove(relation) -%}
{%- endmacro %}

{#- Drops the scratch tables; those that were renamed are not there any more. -#}
{% macro drop_component_scratch(scratch) -%}
    {%- do scratch.pending.clear() -%}
    {%- for relation in scratch.relations -%}
        {%- do scratch.pending.append('drop table if exists ' ~ relation) -%}
    {%- endfor -%}
    {%- do run_pending(scratch) -%}
    {%- do scratch.relations.clear() -%}
{%- endmacro %}
