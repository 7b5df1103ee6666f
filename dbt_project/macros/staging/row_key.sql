{#
    The declared key of a source row as one string, its parts joined by '|'; null when no part is there.

    source_name, table_name: the declared source table.
#}
{% macro row_key(source_name, table_name) -%}
    nullif(concat_ws('|', {{ source_contract(source_name, table_name).key | join(', ') }}), '')
{%- endmacro %}
