with

sync_runs as (

    select * from {{ source('ops', 'sync_runs') }}

),

final as (

    select
        destination,
        sync_run_key,
        sequence_number,
        previous_sync_run_key,
        status,
        as_of_at,
        added_count,
        changed_count,
        removed_count
    from sync_runs

)

select * from final
