{{ config(materialized='view') }}

with

received as (

    select * from {{ source('shop', 'order_items') }}

),

final as (

    select
        order_item_id,
        order_id,
        product_id,
        description,
        quantity,
        unit_price,
        discount_amount,
        created_at,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number,
        _raw,
        case
            when _malformed is not null then _malformed
            when order_id is null or order_id = '' then 'order_id is missing'
            when product_id is null or product_id = '' then 'product_id is missing'
            when quantity is null then 'quantity is missing'
            when unit_price is null then 'unit_price is missing'
            when created_at is null then 'created_at is missing'
            when created_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'created_at is implausibly early'
            when created_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'created_at is later than the delivery'
        end as _reject_reason
    from received

)

select * from final
