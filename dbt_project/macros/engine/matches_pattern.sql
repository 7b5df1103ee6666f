{#
    Whether a regular expression is found anywhere in a text; anchor it with ^ and $ to match the whole. Null for null.

    expression: SQL of type string. pattern: a regular expression that RE2 and Java read alike, without single quotes.
#}
{% macro matches_pattern(expression, pattern) -%}
    {{ return(adapter.dispatch('matches_pattern', 'audience360')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches_pattern(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{# In Java a final $ also matches before a line break at the end of the text. #}
{% macro spark__matches_pattern(expression, pattern) -%}
    ({{ expression }} rlike r'{{ pattern[:-1] ~ '\\z' if pattern.endswith('$') and not pattern.endswith('\\$') else pattern }}')
{%- endmacro %}
