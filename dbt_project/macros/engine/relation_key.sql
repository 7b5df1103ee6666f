{#
    The full lower-case name of a declared source table, as the macros existing_columns and existing_view_comments write it.

    table: a declared source table.
#}
{% macro relation_key(table) %}
    {{ return([table.database, table.schema, table.identifier] | select('string') | join('.') | lower) }}
{% endmacro %}
