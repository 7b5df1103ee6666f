with

order_items as (

    select * from {{ ref('int_order_items_netted') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

final as (

    select
        order_items.order_item_id,
        order_items.order_id,
        order_customers.customer_id,
        order_items.product_id,
        order_items.category,
        order_items.subcategory,
        order_items.ordered_at,
        order_items.has_known_order,
        order_items.is_cancelled,
        order_items.is_credit_note,
        order_items.currency,
        order_items.quantity,
        order_items.unit_price_original,
        order_items.gross_revenue_original,
        order_items.unit_price,
        order_items.gross_revenue,
        order_items.discount_amount,
        order_items.refund_amount,
        cast(
            case
                when order_items.is_cancelled and not order_items.is_credit_note and order_items.gross_revenue is not null then 0
                else order_items.gross_revenue - order_items.discount_amount - order_items.refund_amount
            end as decimal(18, 2)
        ) as net_revenue,
        cast(
            case when order_items.is_cancelled and not order_items.is_credit_note then 0 else order_items.cost_amount end as decimal(18, 2)
        ) as cost_amount,
        order_items.loaded_at,
        order_items.gross_revenue is not null as has_exchange_rate
    from order_items
    left join order_customers
        on order_items.order_id = order_customers.order_id

)

select * from final
