{#-
    Takes the place of dbt-spark's materialisation, which knows neither delete+insert nor replace_tail without Delta or Iceberg, and whose
    appends and overwrites of Parquet tables are not atomic: half of the files of a dead run look like all of them, and the watermark of
    the next run (the largest file number in the table) would skip the other half for ever.

    So the new rows are first written whole to `<model>__dbt_new`, which stays until they are in the model. A run that finds it brings
    those rows in again before it looks for newer ones; bringing in is idempotent for every strategy:

    - append: rows of the same file and position are left out, or where a model has no position, equal rows;
    - delete+insert on a date: the months that the new rows fall into are overwritten, with the other days' rows kept;
    - delete+insert on another key, and replace_tail: the table is written anew without the replaced rows, and swapped.
-#}
{% materialization incremental, adapter='spark' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_relation(this) -%}
    {%- set new_rows = this.incorporate(path={'identifier': this.identifier ~ '__dbt_new'}, type='table') -%}
    {%- set left_over = load_relation(new_rows) -%}
    {%- set is_full = existing_relation is none or existing_relation.is_view or should_full_refresh() -%}

    {%- do run_spark_hooks(pre_hooks) -%}

    {%- if is_full -%}
        {%- do replace_spark_table(target_relation, existing_relation, sql) -%}
        {%- if left_over is not none -%}
            {%- do adapter.drop_relation(left_over) -%}
        {%- endif -%}
    {%- else -%}
        {%- if left_over is not none -%}
            {%- do log(this.identifier ~ ': finishing what an interrupted run has left', info=true) -%}
            {%- do bring_in_spark_rows(target_relation, new_rows) -%}
        {%- endif -%}
        {%- do replace_spark_table(new_rows, left_over, sql) -%}
        {%- do process_schema_changes(config.get('on_schema_change', 'ignore'), new_rows, target_relation) -%}
        {%- if run_query('select 1 from ' ~ new_rows ~ ' limit 1').rows | length > 0 -%}
            {%- do bring_in_spark_rows(target_relation, new_rows) -%}
        {%- endif -%}
        {%- do adapter.drop_relation(new_rows) -%}
    {%- endif -%}

    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, is_full)) -%}
    {%- do persist_docs(target_relation, model) -%}

    {%- do run_spark_hooks(post_hooks) -%}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}

{#- Brings rows that lie whole in a table beside the model into it, by the model's strategy; may be repeated. -#}
{% macro bring_in_spark_rows(target_relation, new_rows) -%}
    {%- set strategy = config.get('incremental_strategy') or 'append' -%}
    {%- set unique_key = config.get('unique_key', none) -%}
    {%- set month_column = spark_month_column() -%}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') -%}
    {%- if strategy == 'append' -%}
        {%- set names = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
        {%- set identity = [] -%}
        {%- for name in (['_file_id', '_row_number'] if '_row_number' in names else names) -%}
            {%- do identity.append('known.' ~ adapter.quote(name) ~ ' <=> new_rows.' ~ adapter.quote(name)) -%}
        {%- endfor -%}
        {%- do run_query(
            'insert into ' ~ target_relation ~ ' select ' ~ columns ~ ' from ' ~ new_rows ~ ' as new_rows left anti join ' ~ target_relation
            ~ ' as known on ' ~ identity | join(' and ')
        ) -%}
    {%- elif strategy == 'delete+insert' and month_column -%}
        {%- do run_query(
            'insert overwrite table ' ~ target_relation ~ ' partition (' ~ month_column ~ ') select ' ~ columns ~ ' from ' ~ target_relation
            ~ ' where ' ~ month_column ~ ' in (select distinct ' ~ month_column ~ ' from ' ~ new_rows ~ ') and ' ~ unique_key
            ~ ' not in (select distinct ' ~ unique_key ~ ' from ' ~ new_rows ~ ') union all select ' ~ columns ~ ' from ' ~ new_rows
        ) -%}
    {%- else -%}
        {%- if strategy == 'delete+insert' -%}
            {%- set replaced = '(select distinct ' ~ unique_key ~ ' from ' ~ new_rows ~ ') as replaced on replaced.' ~ unique_key
                ~ ' = kept.' ~ unique_key -%}
        {%- elif strategy == 'replace_tail' -%}
            {%- set tail_column = config.require('tail_column') -%}
            {%- set replaced = '(select ' ~ unique_key ~ ', min(' ~ tail_column ~ ') as tail_from from ' ~ new_rows ~ ' group by ' ~ unique_key
                ~ ') as replaced on replaced.' ~ unique_key ~ ' = kept.' ~ unique_key ~ ' and kept.' ~ tail_column ~ ' >= replaced.tail_from' -%}
        {%- else -%}
            {%- do exceptions.raise_compiler_error('No incremental strategy ' ~ strategy ~ ' on Spark') -%}
        {%- endif -%}
        {%- do replace_spark_table(
            target_relation,
            target_relation,
            'select ' ~ columns ~ ' from ' ~ target_relation ~ ' as kept left anti join ' ~ replaced
            ~ ' union all select ' ~ columns ~ ' from ' ~ new_rows
        ) -%}
    {%- endif -%}
{%- endmacro %}
