{#
    A list in a string, separated by semicolons: lower case, no spaces around the items, null when empty.

    expression: SQL of type string.
#}
{% macro tidy_list(expression) -%}
    nullif({{ replace_pattern('lower(trim(' ~ expression ~ '))', '\\s*;\\s*', ';') }}, '')
{%- endmacro %}
