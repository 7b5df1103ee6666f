{#
    Puts the result of a query in the place of a table on Spark, so that a crash at any point leaves the old table, none or the new one,
    never a part: the rows are written under a name of this run, and only a whole table takes the model's name. What a killed server leaves
    in the folder of that other name is in nobody's way.

    target_relation: the model's table. existing_relation: what has its name now, or none. sql: the query.
#}
{% macro replace_spark_table(target_relation, existing_relation, sql) %}
    {%- set unfinished = unfinished_spark_table(target_relation) -%}
    {%- set month_column = spark_month_column() -%}
    {%- if month_column -%}
        {%- set sql -%}
            select
                *,
                date_format({{ config.get('unique_key') }}, 'yyyy-MM') as {{ month_column }}
            from (
                {{ sql }}
            ) as model_rows
            distribute by {{ month_column }}
        {%- endset -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, unfinished, sql) }}
    {%- endcall -%}
    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(unfinished, target_relation) -%}
{% endmacro %}

{# The name under which this run writes a table before it is whole. #}
{% macro unfinished_spark_table(relation) %}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__' ~ invocation_id[:8]}, type='table')) }}
{% endmacro %}

{# The column that the model is partitioned by, or none. #}
{% macro spark_month_column() %}
    {{ return(columns_added_by_engine(model.config) | first | default(none, true)) }}
{% endmacro %}

{# Takes the place of dbt-spark's macro: adds the months to what the config partition_by names. #}
{% macro spark__partition_cols(label, required=false) %}
    {%- set columns = config.get('partition_by') or spark_month_column() -%}
    {%- if columns -%}
        {{ label }} ({{ columns if columns is string else columns | join(', ') }})
    {%- endif -%}
{% endmacro %}

{#
    Runs all hooks of a model. dbt's own macro sends `commit` before those that ask for no transaction; Spark has none.

    hooks: pre_hooks or post_hooks of a materialisation.
#}
{% macro run_spark_hooks(hooks) %}
    {%- for hook in hooks -%}
        {%- set rendered = render(hook.get('sql')) | trim -%}
        {%- if rendered -%}
            {%- call statement(auto_begin=false) -%}
                {{ rendered }}
            {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
