{#
    Whether a scanned row lies in a registered file, as the condition of a join with the register as `files`. Written so that a filter
    on the register keeps the other files from being opened.

    Arguments:
        root: folder that the scanned path starts with.
        is_copy: whether the scanned file is the Parquet copy of a text file, whose name ends in a hash.
#}
{% macro landing_file_is_registered(root, is_copy) %}
    {{ return(adapter.dispatch('landing_file_is_registered', 'audience360')(root, is_copy)) }}
{% endmacro %}

{% macro default__landing_file_is_registered(root, is_copy) %}
    {{ return(landing_file_path(root, is_copy) ~ ' = files.file_path') }}
{% endmacro %}

{# DuckDB compares the column of the scan as it is, and opens only files that can match. #}
{% macro duckdb__landing_file_is_registered(root, is_copy) %}
    {%- set registered = "'" ~ root | replace("'", "''") ~ "/' || files.file_path" -%}
    {{ return(default__landing_file_is_registered(root, is_copy) if is_copy else 'landed._a360_file = ' ~ registered) }}
{% endmacro %}
