{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

{% if is_incremental() -%}
    -- Orders with a version or a shipment in a new file, those that a shipment left, and those whose rate is another one now.
    touched_orders as (

        select new_versions.order_id
        from {{ ref('stg_shop__orders') }} as new_versions
        where new_versions._file_id > (select coalesce(max(this_model.last_order_file_id), 0) from {{ this }} as this_model)

        union

        select moved_shipments.order_id
        from {{ ref('stg_shop__shipments') }} as moved_shipments
        where
            moved_shipments.shipment_id in (
                select new_shipments.shipment_id
                from {{ ref('stg_shop__shipments') }} as new_shipments
                where new_shipments._file_id > (select coalesce(max(this_model.last_shipment_file_id), 0) from {{ this }} as this_model)
            )

        union

        select this_model.order_id
        from {{ this }} as this_model
        left join exchange_rates
            on
                this_model.currency = exchange_rates.currency
                and cast(this_model.ordered_at as date) >= exchange_rates.valid_from
                and (exchange_rates.valid_to is null or cast(this_model.ordered_at as date) < exchange_rates.valid_to)
        where coalesce(this_model.rate, -1) <> coalesce(exchange_rates.rate, -1)

    ),

{%- endif %}

orders as (

    select * from {{ ref('stg_shop__orders') }}
    {% if is_incremental() -%}
        where order_id in (select touched_orders.order_id from touched_orders)
    {%- endif %}

),

shipments as (

    select * from {{ ref('stg_shop__shipments') }}
    where
        is_current
    {% if is_incremental() -%}
        and order_id in (select touched_orders.order_id from touched_orders)
    {%- endif %}

),

deliveries as (

    select
        order_id,
        case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at,
        max(_file_id) as last_shipment_file_id
    from shipments
    group by order_id

),

earlier_versions as (

    select
        order_id,
        min(_loaded_at) as first_loaded_at,
        max(_file_id) as last_order_file_id
    from orders
    where not is_current
    group by order_id

),

final as (

    select
        orders.order_id,
        orders.channel,
        orders.status,
        orders.status in ('cancelled', 'credit_note') as is_cancelled,
        orders.status = 'credit_note' as is_credit_note,
        case
            when orders.status = 'cancelled' then coalesce(orders.cancelled_at, orders.updated_at)
            when orders.status = 'credit_note' then orders.ordered_at
        end as cancelled_at,
        orders.ordered_at,
        orders.currency,
        exchange_rates.rate,
        cast(coalesce(orders.discount_amount, 0) as decimal(18, 4)) as discount_amount_original,
        {{ in_reporting_currency('coalesce(orders.discount_amount, 0)', 'exchange_rates.rate') }} as discount_amount,
        {{ in_reporting_currency('coalesce(orders.shipping_amount, 0)', 'exchange_rates.rate') }} as shipping_amount,
        {{ in_reporting_currency('coalesce(orders.tax_amount, 0)', 'exchange_rates.rate') }} as tax_amount,
        orders.coupon_code,
        deliveries.delivered_at,
        case
            when earlier_versions.first_loaded_at < orders._loaded_at then earlier_versions.first_loaded_at
            else orders._loaded_at
        end as first_loaded_at,
        case
            when earlier_versions.last_order_file_id > orders._file_id then earlier_versions.last_order_file_id
            else orders._file_id
        end as last_order_file_id,
        deliveries.last_shipment_file_id
    from orders
    left join earlier_versions
        on orders.order_id = earlier_versions.order_id
    left join deliveries
        on orders.order_id = deliveries.order_id
    left join exchange_rates
        on
            orders.currency = exchange_rates.currency
            and cast(orders.ordered_at as date) >= exchange_rates.valid_from
            and (exchange_rates.valid_to is null or cast(orders.ordered_at as date) < exchange_rates.valid_to)
    where orders.is_current

)

select * from final
