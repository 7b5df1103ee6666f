{#-
    Midnights between two dates as a bigint: 1 from yesterday to today, negative backwards.
    first_date, last_date: SQL of type date.
-#}
{% macro days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('days_between', 'audience360')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__days_between(first_date, last_date) -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
{%- endmacro %}

{% macro spark__days_between(first_date, last_date) -%}
    cast(datediff({{ last_date }}, {{ first_date }}) as bigint)
{%- endmacro %}
