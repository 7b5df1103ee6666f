{#
    The digits of a phone number as typed, after a plus sign if there was one: without extension, punctuation and a "(0)".

    expression: SQL of type string.
#}
{% macro dialled_digits(expression) -%}
    {%- set without_extension = replace_pattern('lower(' ~ expression ~ ')', '(ext|x|#).*$', '') -%}
    {{ replace_pattern(replace_pattern(without_extension, '\\(0\\)', ''), '[^0-9+]', '') }}
{%- endmacro %}
