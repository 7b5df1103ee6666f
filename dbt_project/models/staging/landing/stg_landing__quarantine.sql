{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

quarantined as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            nullif({{ key }}, '') as row_key,
            _reject_reason as reason,
            _raw as raw_payload,
            _file_id as file_id,
            _file_path as file_path,
            _row_number as row_number,
            _loaded_at as loaded_at
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where
            _row_status = 'quarantined'
        {% if is_incremental() -%}
            and {{ landing_new_files_predicate(source_name, table_name, 'file_id') }}
        {%- endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        source_name,
        table_name,
        row_key,
        reason,
        raw_payload,
        file_id,
        file_path,
        row_number,
        loaded_at
    from quarantined

)

select * from final
