with

received as (

    select * from {{ source('shop', 'products') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('shop', 'products') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ contract_breach('shop', 'products') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('shop', 'products') }}

),

final as (

    select
        checked.product_id,
        checked.sku,
        checked.name,
        checked.category,
        checked.subcategory,
        checked.brand,
        checked.price,
        checked.unit_cost,
        checked.currency,
        checked.stock_quantity,
        checked.is_active,
        checked.updated_at,
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
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('shop', 'products').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
