{#
    Fails for every row where an expression is false; null passes.

    Arguments:
        expression: SQL condition; on a column it is written after the name of the column.
        column_name: set by dbt when the test stands on a column.
#}
{% test expression_is_true(model, expression, column_name=none) %}
    {{ return(adapter.dispatch('test_expression_is_true', 'dbt_utils')(model, expression, column_name)) }}
{% endtest %}

{% macro default__test_expression_is_true(model, expression, column_name) %}
    select {{ '*' if should_store_failures() else '1' }}
    from {{ model }}
    where not ({{ (column_name ~ ' ') if column_name is not none }}{{ expression }})
{% endmacro %}
