with

files as (

    select * from {{ ref('base_ops__file_register') }}

),

counted as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            _file_id as file_id,
            sum(case when _row_status = 'accepted' then 1 else 0 end) as accepted,
            sum(case when _row_status = 'duplicate' then 1 else 0 end) as deduplicated,
            sum(case when _row_status = 'quarantined' then 1 else 0 end) as quarantined,
            sum(case when _row_status = 'accepted' and {{ too_late_condition(source_name, table_name) }} then 1 else 0 end) as too_late
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        group by _file_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- full: a file without rows in its base model and rows without a registered file are both errors that the tests must see
final as (

    select
        files.file_path,
        files.loaded_at,
        cast(coalesce(files.row_count, 0) as bigint) as received,
        cast(coalesce(counted.accepted, 0) as bigint) as accepted,
        cast(coalesce(counted.deduplicated, 0) as bigint) as deduplicated,
        cast(coalesce(counted.quarantined, 0) as bigint) as quarantined,
        cast(coalesce(counted.too_late, 0) as bigint) as too_late,
        coalesce(files.file_id, counted.file_id) as file_id,
        coalesce(files.source_name, counted.source_name) as source_name,
        coalesce(files.table_name, counted.table_name) as table_name
    from files
    full outer join counted
        on
            files.file_id = counted.file_id
            and files.source_name = counted.source_name
            and files.table_name = counted.table_name

)

select * from final
