with

received as (

    select * from {{ source('shop', 'order_items') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('shop', 'order_items') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ contract_breach('shop', 'order_items') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('shop', 'order_items', ref('base_ops__file_register')) }}

),

final as (

    select
        checked.order_item_id,
        checked.order_id,
        checked.product_id,
        checked.description,
        checked.quantity,
        checked.unit_price,
        checked.discount_amount,
        checked.created_at,
        checked._loaded_at,
        checked._file_id,
        checked._file_path,
        checked._row_number,
        case
            when checked._reject_reason is not null then 'quarantined'
            when repeated._file_id is not null then 'duplicate'
            else 'accepted'
        end as _row_status,
        checked._reject_reason,
        case
            when checked._reject_reason is not null
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('shop', 'order_items').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
