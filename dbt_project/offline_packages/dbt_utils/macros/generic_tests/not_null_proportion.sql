{#
    Fails when the share of rows with a value lies outside a range, for the whole relation or per group.

    Arguments:
        at_least: smallest accepted share, 0 to 1.
        at_most: largest accepted share, 1 when left out.
        group_by_columns: columns whose every combination must pass on its own.
#}
{% macro test_not_null_proportion(model, group_by_columns=[]) %}
    {{ return(adapter.dispatch('test_not_null_proportion', 'dbt_utils')(model, group_by_columns, **kwargs)) }}
{% endmacro %}

{% macro default__test_not_null_proportion(model, group_by_columns) %}
    {%- set column_name = kwargs.get('column_name', kwargs.get('arg')) -%}
    {%- set at_least = kwargs.get('at_least', kwargs.get('arg')) -%}
    {%- set at_most = kwargs.get('at_most', kwargs.get('arg', 1)) -%}
    {%- set group_list = group_by_columns | join(', ') -%}
    with

    shares as (

        select
            {{ (group_list ~ ',') if group_list }}
            count({{ column_name }}) / cast(count(*) as {{ dbt.type_numeric() }}) as not_null_proportion
        from {{ model }}
        {{ ('group by ' ~ group_list) if group_list }}

    )

    select *
    from shares
    where not_null_proportion < {{ at_least }} or not_null_proportion > {{ at_most }}
{% endmacro %}
