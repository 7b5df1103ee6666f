{#
    Fails when two relations differ in their number of rows, in total or per group; the failure count is the difference.

    Arguments:
        compare_model: the other relation.
        group_by_columns: columns that exist in both and whose every combination must agree.
#}
{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}
    {{ return(adapter.dispatch('test_equal_rowcount', 'dbt_utils')(model, compare_model, group_by_columns)) }}
{% endtest %}

{% macro default__test_equal_rowcount(model, compare_model, group_by_columns) %}
    {{ config(fail_calc='sum(coalesce(diff_count, 0))') }}
    {%- set keys = ['id_dbtutils_test_equal_rowcount'] + group_by_columns -%}
    {%- set group_list = ['1 as id_dbtutils_test_equal_rowcount'] + group_by_columns -%}
    {%- set conditions = [] -%}
    {%- for key in keys -%}
        {%- do conditions.append('model_counts.' ~ key ~ ' = compare_counts.' ~ key) -%}
    {%- endfor -%}
    with

    model_counts as (

        select {{ group_list | join(', ') }}, count(*) as count_a
        from {{ model }}
        group by {{ keys | join(', ') }}

    ),

    compare_counts as (

        select {{ group_list | join(', ') }}, count(*) as count_b
        from {{ compare_model }}
        group by {{ keys | join(', ') }}

    )

    select
        {%- for key in keys %}
        model_counts.{{ key }} as {{ key }}_a,
        compare_counts.{{ key }} as {{ key }}_b,
        {%- endfor %}
        count_a,
        count_b,
        abs(count_a - count_b) as diff_count
    from model_counts
    full outer join compare_counts
        on {{ conditions | join(' and ') }}
{% endmacro %}
