with

received as (

    select * from {{ source('shop', 'orders') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('shop', 'orders') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ contract_breach('shop', 'orders') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('shop', 'orders') }}

),

final as (

    select
        checked.order_id,
        checked.shop_customer_id,
        checked.email,
        checked.phone,
        checked.channel,
        checked.status,
        checked.currency,
        checked.discount_amount,
        checked.shipping_amount,
        checked.tax_amount,
        checked.coupon_code,
        checked.shipping_country,
        checked.shipping_postcode,
        checked.ordered_at,
        checked.cancelled_at,
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
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('shop', 'orders').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
