{#
    The form of an address that mail can be sent to: as given, without spaces around it and in lower case. Null when it is no address.

    expression: SQL of type string.
#}
{% macro email_as_given(expression) -%}
    case when {{ is_email_address(expression) }} then lower(trim({{ expression }})) end
{%- endmacro %}
