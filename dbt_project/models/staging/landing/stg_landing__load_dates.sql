{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

{% set tables = [('web', 'events'), ('esp', 'events'), ('esp', 'messages')] -%}
final as (

    {% for source_name, table_name in tables %}
        select distinct
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            _file_id,
            _file_path,
            cast(_loaded_at as date) as load_date
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name ~ '_delivered') }}
        {% if is_incremental() -%}
            where {{ landing_new_files_predicate(source_name, table_name) }}
        {%- endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
