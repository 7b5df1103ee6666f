{#
    A double rounded to so many decimal places, halves away from zero. Engines disagree on what a half is: 1.005 is a little less in
    binary, which DuckDB's round sees and Spark's, which looks at the digits as they are printed, does not. Decimals need no macro.

    expression: SQL of type double. places: a whole number.
#}
{% macro rounded(expression, places) -%}
    {{ return(adapter.dispatch('rounded', 'audience360')(expression, places)) }}
{%- endmacro %}

{% macro default__rounded(expression, places) -%}
    round({{ expression }}, {{ places }})
{%- endmacro %}

{# The same arithmetic as DuckDB's: scaled, rounded to a whole number, scaled back. #}
{% macro spark__rounded(expression, places) -%}
    round(({{ expression }}) * 1e{{ places }}, 0) / 1e{{ places }}
{%- endmacro %}
