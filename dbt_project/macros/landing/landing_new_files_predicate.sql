{#
    A condition that keeps the rows of files which an incremental base model has not read yet. It is a literal list, so that the
    engine does not open the other files at all.

    Arguments:
        source_name, table_name: the source table that the model reads.
#}
{% macro landing_new_files_predicate(source_name, table_name) %}
    {%- set paths = [] -%}
    {%- if execute -%}
        {%- set query %}
            select file_path
            from {{ landing_source('ops', 'file_register') }}
            where
                source_name = '{{ source_name }}'
                and table_name = '{{ table_name }}'
                and vanished_at is null
                and file_id > (select coalesce(max(_file_id), 0) from {{ this }})
            order by file_id
        {% endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do paths.append("'" ~ row[0] | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ '_file_path in (' ~ paths | join(', ') ~ ')' if paths else 'false' }}
{%- endmacro %}
