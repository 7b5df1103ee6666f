{#
    Puts the result of a query in the place of a table on Spark, so that a crash at any point leaves the old table, none or the new one,
    never a part: the rows are written under a name of this run, and only a whole table takes the model's name. What a killed server leaves
    in the folder of that other name is in nobody's way.

    target_relation: the model's table. existing_relation: what has its name now, or none. sql: the query.
#}
{% macro replace_spark_table(target_relation, existing_relation, sql) %}
    {%- set unfinished = unfinished_spark_table(target_relation) -%}
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

{#
    Columns that a table is partitioned by on Spark: those of the config partition_by, else a unique_key that is a date, so that
    replacing days replaces partitions. Takes the place of dbt-spark's macro.
#}
{% macro spark__partition_cols(label, required=false) %}
    {%- set unique_key = config.get('unique_key', none) -%}
    {%- set default = [unique_key] if unique_key is string and unique_key.endswith('_date') else [] -%}
    {%- set columns = config.get('partition_by') or default -%}
    {%- if columns -%}
        {{ label }} ({{ columns if columns is string else columns | join(', ') }})
    {%- endif -%}
{% endmacro %}
