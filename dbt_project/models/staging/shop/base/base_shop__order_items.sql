{{ config(materialized='view') }}

with

delivered as (

    select * from {{ ref('base_shop__order_items_delivered') }}

),

exceptions as (

    select * from {{ ref('base_shop__order_items_exceptions') }}

),

final as (

    select
        delivered.order_item_id,
        delivered.order_id,
        delivered.product_id,
        delivered.description,
        delivered.quantity,
        delivered.unit_price,
        delivered.discount_amount,
        delivered.created_at,
        delivered._loaded_at,
        delivered._file_id,
        delivered._file_path,
        delivered._row_number,
        exceptions._reject_reason,
        exceptions._raw,
        coalesce(exceptions._row_status, 'accepted') as _row_status
    from delivered
    left join exceptions
        on
            delivered._file_id = exceptions._file_id
            and delivered._row_number = exceptions._row_number

)

select * from final
