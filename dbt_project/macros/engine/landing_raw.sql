{#
    A landed row as a JSON object in a string.

    Arguments:
        names: stored columns to show.
#}
{% macro landing_raw(names) %}
    {{ return(adapter.dispatch('landing_raw', 'audience360')(names)) }}
{% endmacro %}

{% macro default__landing_raw(names) %}
    {{ return('cast(json_object(' ~ _named_columns(names) ~ ') as string)') }}
{% endmacro %}

{% macro spark__landing_raw(names) %}
    {{ return(
        'to_json(named_struct(' ~ _named_columns(names) ~ "), map('ignoreNullFields', 'false', 'timestampNTZFormat', 'yyyy-MM-dd HH:mm:ss'))"
    ) }}
{% endmacro %}

{# Names and columns in turn, as named_struct takes them. #}
{% macro _named_columns(names) %}
    {%- set pairs = [] -%}
    {%- for name in names -%}
        {%- do pairs.append("'" ~ name | replace("'", "''") ~ "', landed." ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(pairs | join(', ')) }}
{% endmacro %}
