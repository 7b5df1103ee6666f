{#
    Columns of a relation as a JSON object in a string, for people to read: engines may differ in how they print a value.

    relation: an alias. columns: a list of its column names.
#}
{% macro row_as_json(relation, columns) -%}
    {{ return(adapter.dispatch('row_as_json', 'audience360')(relation, columns)) }}
{%- endmacro %}

{% macro default__row_as_json(relation, columns) -%}
    cast(json_object({% for column in columns %}'{{ column }}', {{ relation }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}

{% macro spark__row_as_json(relation, columns) -%}
    to_json(
        named_struct({% for column in columns %}'{{ column }}', {{ relation }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'false')
    )
{%- endmacro %}
