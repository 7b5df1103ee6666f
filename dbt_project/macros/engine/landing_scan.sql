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

{# A path pattern that means exactly these files: Spark lists nothing else, and reads the files where they lie. #}
{% macro spark__landing_scan(paths) %}
    {%- set escaped = [] -%}
    {%- for path in paths -%}
        {%- do escaped.append(modules.re.sub('([\\\\{}\\[\\]*?,])', '\\\\\\1', path[1:]) | replace('`', '``')) -%}
    {%- endfor -%}
    {#- Only a pattern that begins with a slash is an absolute path, so the braces follow it. -#}
    {%- set pattern = '/' ~ escaped[0] if escaped | length == 1 else '/{' ~ escaped | join(',') ~ '}' -%}
    {{ return(
        '(select *, _metadata.file_path as _a360_file, _metadata.row_index as file_row_number from parquet.`' ~ pattern ~ '`)'
    ) }}
{% endmacro %}
