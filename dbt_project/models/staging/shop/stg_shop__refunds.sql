with

accepted as (

    select * from {{ ref('base_shop__refunds') }}
    where _row_status = 'accepted'

),

final as (

    select
        refund_id,
        amount,
        refunded_at,
        _loaded_at,
        _file_id,
        nullif(trim(order_id), '') as order_id,
        nullif(trim(order_item_id), '') as order_item_id,
        upper(currency) as currency,
        nullif(lower(trim(reason)), '') as reason
    from accepted

)

select * from final
