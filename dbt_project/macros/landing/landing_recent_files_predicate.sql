{#
    A condition that keeps the rows of every file of a table with rows of the newest so many days of loads: a literal list, so that the engine
    does not open the other files at all. True as long as nothing is known of the files.

    file_loads: relation of stg_landing__file_loads. source_name, table_name: the source table. days: how many days.
#}
{% macro landing_recent_files_predicate(file_loads, source_name, table_name, days) %}
    {%- if not execute or load_relation(file_loads) is none -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set query %}
        select distinct recent._file_path
        from {{ file_loads }} as recent
        where
            recent.source_name = '{{ source_name }}'
            and recent.table_name = '{{ table_name }}'
            and recent._loaded_at > (
                select max(newest._loaded_at) - interval '{{ days }}' day
                from {{ file_loads }} as newest
                where
                    newest.source_name = '{{ source_name }}'
                    and newest.table_name = '{{ table_name }}'
            )
        order by recent._file_path
    {% endset -%}
    {{ landing_files_predicate(query) }}
{%- endmacro %}
