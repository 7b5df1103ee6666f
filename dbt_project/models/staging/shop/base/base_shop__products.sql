{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when product_id is null or product_id = '' then 'product_id is missing'
        when updated_at is null then 'updated_at is missing'
        when updated_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'updated_at is implausibly early'
        when updated_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'updated_at is later than the delivery'
    end
{% endset %}

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
        {{ reject_reason }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries(
        'shop', 'products',
        delivery_key=['product_id', 'updated_at'],
        reject_reason=reject_reason,
    ) }}

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
            when checked._reject_reason is not null then coalesce(checked._raw, {{ row_as_json('checked') }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
