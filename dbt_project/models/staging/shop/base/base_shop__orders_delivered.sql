{{ config(materialized='view') }}

with

received as (

    select * from {{ source('shop', 'orders') }}

),

final as (

    select
        order_id,
        shop_customer_id,
        email,
        phone,
        channel,
        status,
        currency,
        discount_amount,
        shipping_amount,
        tax_amount,
        coupon_code,
        shipping_country,
        shipping_postcode,
        ordered_at,
        cancelled_at,
        updated_at,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number,
        _raw,
        case
            when _malformed is not null then _malformed
            when order_id is null or order_id = '' then 'order_id is missing'
            when status is null or status = '' then 'status is missing'
            -- two lists: a longer one becomes a join, which is made even where nobody reads the reason
            when
                lower(trim(status)) not in ('placed', 'paid', 'shipped', 'delivered')
                and lower(trim(status)) not in ('cancelled', 'credit_note')
                then 'status is not an accepted value'
            when currency is null or currency = '' then 'currency is missing'
            when not {{ matches_pattern('currency', '^[A-Za-z]{3}$') }} then 'currency is malformed'
            -- ISO 4217 has codes that say "none" and "for testing"
            when upper(currency) in ('XXX', 'XTS') then 'currency is a placeholder'
            when ordered_at is null then 'ordered_at is missing'
            when ordered_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'ordered_at is implausibly early'
            when ordered_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'ordered_at is later than the delivery'
            when updated_at is null then 'updated_at is missing'
            when updated_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'updated_at is implausibly early'
            when updated_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'updated_at is later than the delivery'
        end as _reject_reason
    from received

)

select * from final
