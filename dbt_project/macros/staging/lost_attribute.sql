{#
    One item of invalid_attributes: the attribute's name when a value was given but none could be kept, else null.

    given: SQL of the value as delivered. kept: SQL of the value after normalisation. attribute: its name.
#}
{% macro lost_attribute(given, kept, attribute) -%}
    case when {{ given }} is not null and {{ kept }} is null then '{{ attribute }}' end
{%- endmacro %}
