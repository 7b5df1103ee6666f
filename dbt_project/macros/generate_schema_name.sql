{#- Schemas are named after the folders, without the target's prefix: a relation has one address in every environment of one warehouse. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name is not none else target.schema }}
{%- endmacro %}
