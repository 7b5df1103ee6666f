with

sync_ledger as (

    select * from {{ source('ops', 'sync_ledger') }}

),

final as (

    select
        destination,
        sync_run_key,
        audience_name,
        customer_id,
        action,
        payload_hash,
        as_of_at
    from sync_ledger

)

select * from final
