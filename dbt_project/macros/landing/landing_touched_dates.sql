{#
    The days of loading that files touch which an incremental model has not read yet: SQL of one column, load_date. A model that is made anew
    by such days reads the files of `landing_touched_files_predicate` and keeps the rows of these days.

    Arguments:
        load_dates: relation of stg_landing__load_dates.
        source_name, table_name: the source table.
        watermark: column of the model whose maximum is the newest file that it has read.
#}
{% macro landing_touched_dates(load_dates, source_name, table_name, watermark='_file_id') %}
    select distinct new_files.load_date
    from {{ load_dates }} as new_files
    where
        new_files.source_name = '{{ source_name }}'
        and new_files.table_name = '{{ table_name }}'
        and new_files._file_id > (select coalesce(max(this_model.{{ watermark }}), 0) from {{ this }} as this_model)
{%- endmacro %}

{#
    A condition that keeps the rows of every file with rows of some days of loading: a literal list, so that the engine does not open the
    other files at all.

    Arguments:
        load_dates: relation of stg_landing__load_dates.
        source_name, table_name: the source table.
        dates: SQL of the days, one column load_date.
#}
{% macro landing_touched_files_predicate(load_dates, source_name, table_name, dates) %}
    {%- set query %}
        select distinct files._file_path
        from {{ load_dates }} as files
        where
            files.source_name = '{{ source_name }}'
            and files.table_name = '{{ table_name }}'
            and files.load_date in (select touched.load_date from ({{ dates }}) as touched)
        order by files._file_path
    {% endset -%}
    {{ landing_files_predicate(query) }}
{%- endmacro %}
