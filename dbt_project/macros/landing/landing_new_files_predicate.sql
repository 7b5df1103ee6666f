{#
    A condition that keeps the rows of files which an incremental model has not read yet. It is a literal list, so that the engine does not
    open the other files at all.

    Arguments:
        source_name, table_name: the source table that the model reads.
        watermark: column of the model whose maximum is the newest file that it has read.
#}
{% macro landing_new_files_predicate(source_name, table_name, watermark='_file_id') %}
    {%- set query %}
        select file_path
        from {{ landing_source('ops', 'file_register') }}
        where
            source_name = '{{ source_name }}'
            and table_name = '{{ table_name }}'
            and vanished_at is null
            and file_id > (select coalesce(max({{ watermark }}), 0) from {{ this }})
        order by file_id
    {% endset -%}
    {{ landing_files_predicate(query) }}
{%- endmacro %}

{#
    The literal condition that keeps the rows of the files that a query names.

    Arguments:
        query: SQL of one column of paths below landing/.
#}
{% macro landing_files_predicate(query) %}
    {%- set paths = [] -%}
    {%- if execute -%}
        {%- for row in run_query(query).rows -%}
            {%- do paths.append("'" ~ row[0] | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ '_file_path in (' ~ paths | join(', ') ~ ')' if paths else 'false' }}
{%- endmacro %}
