{#
    All columns of a relation as a JSON object in a string, for people to read: engines may differ in how they print a value.

    relation: an alias.
#}
{% macro row_as_json(relation) -%}
    {{ return(adapter.dispatch('row_as_json', 'audience360')(relation)) }}
{%- endmacro %}

{% macro default__row_as_json(relation) -%}
    cast(to_json({{ relation }}) as varchar)
{%- endmacro %}

{% macro spark__row_as_json(relation) -%}
    to_json(struct({{ relation }}.*), map('ignoreNullFields', 'false'))
{%- endmacro %}

{% macro snowflake__row_as_json(relation) -%}
    to_json(object_construct_keep_null({{ relation }}.*))
{%- endmacro %}

{% macro bigquery__row_as_json(relation) -%}
    to_json_string({{ relation }})
{%- endmacro %}
