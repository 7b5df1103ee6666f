{#
    Fails when a column has no value at all, in the whole relation or within a group.

    Arguments:
        group_by_columns: columns whose every combination needs a value.
#}
{% test at_least_one(model, column_name, group_by_columns=[]) %}
    {{ return(adapter.dispatch('test_at_least_one', 'dbt_utils')(model, column_name, group_by_columns)) }}
{% endtest %}

{% macro default__test_at_least_one(model, column_name, group_by_columns) %}
    {%- set group_list = group_by_columns | join(', ') -%}
    select
        {{ (group_list ~ ',') if group_list }}
        count({{ column_name }}) as filler_column
    from {{ model }}
    {{ ('group by ' ~ group_list) if group_list }}
    having count({{ column_name }}) = 0
{% endmacro %}
