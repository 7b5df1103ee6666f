{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

with

{% for source_name, table_name, key in landing_tables() -%}
    {{ source_name }}_{{ table_name }} as (

        select
            _file_id,
            _file_path,
            _loaded_at,
            count(*) as row_count,
            sum(case when _row_status = 'accepted' then 1 else 0 end) as accepted,
            sum(case when _row_status = 'duplicate' then 1 else 0 end) as deduplicated,
            sum(case when _row_status = 'quarantined' then 1 else 0 end) as quarantined,
            sum(case when _row_status = 'accepted' and {{ too_late_condition(source_name, table_name) }} then 1 else 0 end) as too_late
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        {% if is_incremental() -%}
            where {{ landing_new_files_predicate(source_name, table_name) }}
        {%- endif %}
        group by
            _file_id,
            _file_path,
            _loaded_at

    ),

{% endfor -%}
final as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            _file_id,
            _file_path,
            _loaded_at,
            cast(row_count as bigint) as row_count,
            cast(accepted as bigint) as accepted,
            cast(deduplicated as bigint) as deduplicated,
            cast(quarantined as bigint) as quarantined,
            cast(too_late as bigint) as too_late
        from {{ source_name }}_{{ table_name }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
