{#
    The texts of a group in one, in a given order.

    expression: SQL of type string. separator: plain text without single quotes. order_column: a column without ties in the group.
#}
{% macro joined_text(expression, separator, order_column) -%}
    {{ return(adapter.dispatch('joined_text', 'audience360')(expression, separator, order_column)) }}
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_column) -%}
    {{ dbt.listagg(expression, "'" ~ separator ~ "'", 'order by ' ~ order_column) }}
{%- endmacro %}

{# dbt-spark's listagg takes no order. #}
{% macro spark__joined_text(expression, separator, order_column) -%}
    listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_column }})
{%- endmacro %}
