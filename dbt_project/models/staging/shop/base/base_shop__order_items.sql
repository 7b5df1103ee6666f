{% set reject_reason %}
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
    end
{% endset %}

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
        {{ reject_reason }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries(
        'shop', 'order_items',
        delivery_key=['order_item_id'],
        reject_reason=reject_reason,
        file_register=ref('base_ops__file_register'),
    ) }}

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
            when checked._reject_reason is not null then coalesce(checked._raw, {{ row_as_json('checked') }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
