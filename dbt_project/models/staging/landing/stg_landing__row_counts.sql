with

file_counts as (

    select * from {{ ref('stg_landing__file_counts') }}

),

-- tables that nobody delivers are listed with zeros
landing_tables as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        landing_tables.source_name,
        landing_tables.table_name,
        cast(coalesce(sum(file_counts.received), 0) as bigint) as received,
        cast(coalesce(sum(file_counts.accepted), 0) as bigint) as accepted,
        cast(coalesce(sum(file_counts.deduplicated), 0) as bigint) as deduplicated,
        cast(coalesce(sum(file_counts.quarantined), 0) as bigint) as quarantined,
        cast(coalesce(sum(file_counts.too_late), 0) as bigint) as too_late,
        count(file_counts.file_id) as files,
        max(file_counts.loaded_at) as last_loaded_at
    from landing_tables
    left join file_counts
        on
            landing_tables.source_name = file_counts.source_name
            and landing_tables.table_name = file_counts.table_name
    group by
        landing_tables.source_name,
        landing_tables.table_name

)

select * from final
