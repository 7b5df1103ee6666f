{#
    The rows of a list of Parquet files, with `_a360_file` (the path of the file) and `file_row_number` (from 0).
    A filter on `_a360_file` must keep the other files from being opened.

    Arguments:
        paths: absolute paths of files with equal columns.
#}
{% macro landing_scan(paths) %}
    {{ return(adapter.dispatch('landing_scan', 'audience360')(paths)) }}
{% endmacro %}

{% macro default__landing_scan(paths) %}
    {%- set literals = [] -%}
    {%- for path in paths -%}
        {%- do literals.append("'" ~ path | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {{ return(
        'read_parquet([' ~ literals | join(', ')
        ~ "], filename = '_a360_file', file_row_number = true, hive_partitioning = false)"
    ) }}
{% endmacro %}
