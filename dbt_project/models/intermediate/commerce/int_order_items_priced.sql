{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with

orders as (

    select * from {{ ref('int_orders_priced') }}

),

product_costs as (

    select * from {{ ref('int_product_costs') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

rates as (

    select max(rates_digest) as rates_digest
    from exchange_rates

),

{% if is_incremental() -%}
    costs as (

        select distinct
            product_id,
            cost_digest
        from product_costs

    ),

    -- Orders with a line or a version in a new file; those with a product whose cost has another history now; all, when a rate changes.
    touched_orders as (

        select new_lines.order_id
        from {{ ref('stg_shop__order_items') }} as new_lines
        where {{ landing_new_files_predicate('shop', 'order_items', 'line_file_id') }}

        union

        select orders.order_id
        from orders
        where orders.last_order_file_id > (select coalesce(max(this_model.last_order_file_id), 0) from {{ this }} as this_model)

        union

        select this_model.order_id
        from {{ this }} as this_model
        cross join rates
        left join costs
            on this_model.product_id = costs.product_id
        where
            coalesce(this_model.rates_digest, -1) <> coalesce(rates.rates_digest, -1)
            or coalesce(this_model.cost_digest, -1) <> coalesce(costs.cost_digest, -1)

    ),

{%- endif %}

order_items as (

    select * from {{ ref('stg_shop__order_items') }}
    {% if is_incremental() -%}
        where order_id in (select touched_orders.order_id from touched_orders)
    {%- endif %}

),

final as (

    select
        order_items.order_item_id,
        order_items.order_id,
        orders.order_id is not null as has_known_order,
        order_items.product_id,
        product_costs.category,
        product_costs.subcategory,
        coalesce(orders.ordered_at, order_items.created_at) as ordered_at,
        coalesce(orders.is_cancelled, false) as is_cancelled,
        coalesce(orders.is_credit_note, false) as is_credit_note,
        orders.currency,
        order_items.quantity,
        cast(order_items.unit_price as decimal(18, 4)) as unit_price_original,
        cast(order_items.quantity * cast(order_items.unit_price as decimal(18, 4)) as decimal(18, 4)) as gross_revenue_original,
        cast(coalesce(order_items.discount_amount, 0) as decimal(18, 4)) as line_discount_amount_original,
        {{ converted_amount('order_items.unit_price', 'orders.rate', 4) }} as unit_price,
        {{ in_reporting_currency('order_items.quantity * order_items.unit_price', 'orders.rate') }} as gross_revenue,
        {{ in_reporting_currency('coalesce(order_items.discount_amount, 0)', 'orders.rate') }} as line_discount_amount,
        {{ in_reporting_currency('order_items.quantity * product_costs.unit_cost', 'exchange_rates.rate') }} as cost_amount,
        order_items._loaded_at as loaded_at,
        order_items._file_id as line_file_id,
        orders.last_order_file_id,
        product_costs.cost_digest,
        rates.rates_digest
    from order_items
    cross join rates
    left join orders
        on order_items.order_id = orders.order_id
    left join product_costs
        on
            order_items.product_id = product_costs.product_id
            and coalesce(orders.ordered_at, order_items.created_at) >= product_costs.valid_from
            and coalesce(orders.ordered_at, order_items.created_at) < product_costs.valid_to
    left join exchange_rates
        on
            product_costs.currency = exchange_rates.currency
            and cast(coalesce(orders.ordered_at, order_items.created_at) as date) >= exchange_rates.valid_from
            and (
                exchange_rates.valid_to is null
                or cast(coalesce(orders.ordered_at, order_items.created_at) as date) < exchange_rates.valid_to
            )

)

select * from final
