{# A query for every view that exists: its full lower-case name, and its comment. #}
{% macro existing_view_comments_sql() %}
    {{ return(adapter.dispatch('existing_view_comments_sql', 'audience360')()) }}
{% endmacro %}

{% macro default__existing_view_comments_sql() %}
    select lower(concat_ws('.', database_name, schema_name, view_name)), "comment"
    from duckdb_views()
    where not internal
{% endmacro %}
