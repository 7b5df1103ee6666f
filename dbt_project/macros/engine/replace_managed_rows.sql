{#
    Puts the result of a query, which may read the table itself, in the place of the rows of a table that this project keeps outside the
    models (`ops`, `ml`), on engines that cannot change rows. The same three steps as orchestration/spark_warehouse.py, which finishes
    them at the start of the next run when this one dies: `<table>__next` is written, the table is dropped, `__next` takes its name.

    relation: the table. query: SQL with the table's columns in their order.
#}
{% macro replace_managed_rows(relation, query) %}
    {% do run_statements([
        'drop table if exists ' ~ relation ~ '__next',
        'create table ' ~ relation ~ '__next using parquet as ' ~ query,
        'drop table ' ~ relation,
        'alter table ' ~ relation ~ '__next rename to ' ~ relation,
    ]) %}
{% endmacro %}

{#
    Deletes rows of a table that this project keeps outside the models.

    relation: the table. condition: SQL that is true for the rows to delete.
#}
{% macro delete_managed_rows(relation, condition) %}
    {{ return(adapter.dispatch('delete_managed_rows', 'audience360')(relation, condition)) }}
{% endmacro %}

{% macro default__delete_managed_rows(relation, condition) %}
    {% do run_query('delete from ' ~ relation ~ ' where ' ~ condition) %}
{% endmacro %}

{% macro spark__delete_managed_rows(relation, condition) %}
    {% do replace_managed_rows(relation, 'select * from ' ~ relation ~ ' where coalesce(not (' ~ condition ~ '), true)') %}
{% endmacro %}
