{#
    Fails for every row whose value lies outside a range; nulls pass.

    Arguments:
        column_name: column to check.
        min_value, max_value: bounds as numbers or SQL expressions; none leaves that side open.
        inclusive: whether the bounds themselves are allowed.
#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {{ return(adapter.dispatch('test_accepted_range', 'dbt_utils')(model, column_name, min_value, max_value, inclusive)) }}
{% endtest %}

{% macro default__test_accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {%- set or_equal = '' if inclusive else '=' -%}
    {%- set violations = [] -%}
    {%- if min_value is not none -%}
        {%- do violations.append(column_name ~ ' <' ~ or_equal ~ ' ' ~ min_value) -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do violations.append(column_name ~ ' >' ~ or_equal ~ ' ' ~ max_value) -%}
    {%- endif -%}
    select *
    from {{ model }}
    where {{ violations | join(' or ') or 'false' }}
{% endmacro %}
