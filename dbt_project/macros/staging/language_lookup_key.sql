{#
    The look-up key of a language: the first part of a locale ('en-GB' gives 'en'), else the whole name. For the seed languages.

    expression: SQL of type string.
#}
{% macro language_lookup_key(expression) -%}
    case
        when {{ matches_pattern('lower(trim(' ~ expression ~ '))', '^[a-z]{2,3}[-_]') }}
            then split_part({{ lookup_key(expression) }}, ' ', 1)
        else {{ lookup_key(expression) }}
    end
{%- endmacro %}
