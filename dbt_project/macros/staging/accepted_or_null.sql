{#
    The value of an optional column in lower case when the contract accepts it, else null.

    source_name, table_name, column_name: a declared source column with accepted_values. relation: alias to read it from, if any.
#}
{% macro accepted_or_null(source_name, table_name, column_name, relation=none) -%}
    {%- set checks = source_contract(source_name, table_name).checks | selectattr('name', 'equalto', column_name) | list -%}
    {%- set value = 'lower(trim(' ~ (relation ~ '.' if relation else '') ~ column_name ~ '))' -%}
    case when {{ value }} in ('{{ checks[0].accepted_values | join("', '") if checks }}') then {{ value }} end
{%- endmacro %}
