{#
    A landed row as a JSON object in a string.

    Arguments:
        names: stored columns to show.
#}
{% macro landing_raw(names) %}
    {{ return(adapter.dispatch('landing_raw', 'audience360')(names)) }}
{% endmacro %}

{% macro default__landing_raw(names) %}
    {%- set pairs = [] -%}
    {%- for name in names -%}
        {%- do pairs.append("'" ~ name | replace("'", "''") ~ "', landed." ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return('cast(json_object(' ~ pairs | join(', ') ~ ') as string)') }}
{% endmacro %}
