with

registered as (

    select * from {{ source('ops', 'file_register') }}

),

final as (

    select
        file_id,
        source_name,
        table_name,
        file_path,
        file_format,
        content_hash,
        row_count,
        loaded_at,
        registered_at
    from registered
    where vanished_at is null

)

select * from final
