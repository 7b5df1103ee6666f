{#
    Whether a text is one e-mail address, spaces around it and letter case aside. Stricter than RFC 5322 on purpose: no quoted
    local parts, no comments, ASCII only (an internationalised domain in its xn-- form), at most 254 characters.

    expression: SQL of type string.
#}
{% macro is_email_address(expression) -%}
    (
        {{ matches_pattern(
            'lower(trim(' ~ expression ~ '))',
            '^[a-z0-9!#$%&*+/=?^_{|}~-]+(\\.[a-z0-9!#$%&*+/=?^_{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]$'
        ) }}
        and length(trim({{ expression }})) <= 254
    )
{%- endmacro %}
