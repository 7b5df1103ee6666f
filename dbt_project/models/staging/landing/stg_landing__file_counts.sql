with

files as (

    select * from {{ ref('base_ops__file_register') }}

),

counted as (

    select
        source_name,
        table_name,
        _file_id as file_id,
        sum(accepted) as accepted,
        sum(deduplicated) as deduplicated,
        sum(quarantined) as quarantined,
        sum(too_late) as too_late
    from {{ ref('stg_landing__file_loads') }}
    group by
        source_name,
        table_name,
        _file_id

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
