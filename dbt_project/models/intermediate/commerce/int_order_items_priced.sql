with

order_items as (

    select * from {{ ref('stg_shop__order_items') }}

),

orders as (

    select * from {{ ref('int_orders_priced') }}

),

product_costs as (

    select * from {{ ref('int_product_costs') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

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
        order_items._loaded_at as loaded_at
    from order_items
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
