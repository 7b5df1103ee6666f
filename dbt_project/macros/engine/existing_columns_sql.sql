{# A query for every column that exists: the full lower-case name of its relation, and its lower-case name. #}
{% macro existing_columns_sql() %}
    {{ return(adapter.dispatch('existing_columns_sql', 'audience360')()) }}
{% endmacro %}

{% macro default__existing_columns_sql() %}
    select lower(concat_ws('.', database_name, schema_name, table_name)), lower(column_name)
    from duckdb_columns()
    where not internal
{% endmacro %}
