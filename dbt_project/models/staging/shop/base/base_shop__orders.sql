{{ config(materialized='view') }}

with

delivered as (

    select * from {{ ref('base_shop__orders_delivered') }}

),

exceptions as (

    select * from {{ ref('base_shop__orders_exceptions') }}

),

final as (

    select
        delivered.order_id,
        delivered.shop_customer_id,
        delivered.email,
        delivered.phone,
        delivered.channel,
        delivered.status,
        delivered.currency,
        delivered.discount_amount,
        delivered.shipping_amount,
        delivered.tax_amount,
        delivered.coupon_code,
        delivered.shipping_country,
        delivered.shipping_postcode,
        delivered.ordered_at,
        delivered.cancelled_at,
        delivered.updated_at,
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
