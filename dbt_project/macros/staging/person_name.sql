{#
    A person's name with single spaces; in initial capitals when it came in one case only. Mixed case is kept as the person wrote
    it: McDonald, de Vries. Null when nothing is left.

    expression: SQL of type string.
#}
{% macro person_name(expression) -%}
    {%- set tidy = 'trim(' ~ replace_pattern(expression, '\\s+', ' ') ~ ')' -%}
    case
        when {{ tidy }} = '' then null
        when {{ tidy }} in (upper({{ tidy }}), lower({{ tidy }})) then {{ initial_capitals(tidy) }}
        else {{ tidy }}
    end
{%- endmacro %}
