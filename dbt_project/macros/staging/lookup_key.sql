{#
    A name as a key for look-ups: lower case, everything but letters and digits as one space. 'U.S.A. ' gives 'u s a'.

    expression: SQL of type string.
#}
{% macro lookup_key(expression) -%}
    trim({{ replace_pattern('lower(' ~ expression ~ ')', '[^\\p{L}\\p{N}]+', ' ') }})
{%- endmacro %}
