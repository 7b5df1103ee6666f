{#
    The path of a row's delivered file below landing/, from the path that was scanned.

    Arguments:
        root: folder that the scanned path starts with.
        is_copy: whether the scanned file is the Parquet copy of a text file, whose name ends in a hash.
#}
{% macro landing_file_path(root, is_copy) %}
    {{ return(adapter.dispatch('landing_file_path', 'audience360')(root, is_copy)) }}
{% endmacro %}

{% macro default__landing_file_path(root, is_copy) %}
    {%- set path = 'substr(landed._a360_file, ' ~ (root | length + 2) ~ ')' -%}
    {{ return("regexp_replace(" ~ path ~ ", '[.][0-9a-f]{8}[.]parquet$', '')" if is_copy else path) }}
{% endmacro %}

{# Spark shows a path as a URI: percent signs, spaces and the like are encoded, and the scheme stands in front. #}
{% macro spark__landing_file_path(root, is_copy) %}
    {%- set path = "url_decode(replace(landed._a360_file, '+', '%2B'))" -%}
    {%- set path = 'substr(' ~ path ~ ', instr(' ~ path ~ ", '" ~ root | replace('\\', '\\\\') | replace("'", "''") ~ "') + " ~ (root | length + 1) ~ ')' -%}
    {{ return("regexp_replace(" ~ path ~ ", r'[.][0-9a-f]{8}[.]parquet$', '')" if is_copy else path) }}
{% endmacro %}
