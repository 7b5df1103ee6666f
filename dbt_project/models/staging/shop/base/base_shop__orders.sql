{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when order_id is null or order_id = '' then 'order_id is missing'
        when status is null or status = '' then 'status is missing'
        when
            lower(trim(status)) not in (
                'placed',
                'paid',
                'shipped',
                'delivered',
                'cancelled',
                'credit_note'
            )
            then 'status is not an accepted value'
        when currency is null or currency = '' then 'currency is missing'
        when not {{ matches_pattern('currency', '^[A-Za-z]{3}$') }} then 'currency is malformed'
        when ordered_at is null then 'ordered_at is missing'
        when ordered_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'ordered_at is implausibly early'
        when ordered_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'ordered_at is later than the delivery'
        when updated_at is null then 'updated_at is missing'
        when updated_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'updated_at is implausibly early'
        when updated_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'updated_at is later than the delivery'
    end
{% endset %}

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
        {{ reject_reason }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries(
        'shop', 'orders',
        delivery_key=['order_id', 'updated_at'],
        reject_reason=reject_reason,
    ) }}

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
            when checked._reject_reason is not null then coalesce(checked._raw, {{ row_as_json('checked') }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
