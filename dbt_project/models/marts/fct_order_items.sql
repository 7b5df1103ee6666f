with

order_items as (

    select * from {{ ref('int_order_items_priced') }}

),

adjustments as (

    select * from {{ ref('int_order_items_adjusted') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

netted as (

    select
        order_items.*,
        order_customers.customer_id,
        cast(order_items.line_discount_amount + coalesce(adjustments.discount_amount, 0) as decimal(18, 2)) as discount_amount,
        case when order_items.gross_revenue is not null then coalesce(adjustments.refund_amount, 0) end as refund_amount
    from order_items
    left join adjustments
        on order_items.order_item_id = adjustments.order_item_id
    left join order_customers
        on order_items.order_id = order_customers.order_id

),

final as (

    select
        order_item_id,
        order_id,
        customer_id,
        product_id,
        category,
        subcategory,
        ordered_at,
        has_known_order,
        is_cancelled,
        is_credit_note,
        currency,
        quantity,
        unit_price_original,
        gross_revenue_original,
        unit_price,
        gross_revenue,
        discount_amount,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(
            case
                when is_cancelled and not is_credit_note and gross_revenue is not null then 0
                else gross_revenue - discount_amount - refund_amount
            end as decimal(18, 2)
        ) as net_revenue,
        cast(case when is_cancelled and not is_credit_note then 0 else cost_amount end as decimal(18, 2)) as cost_amount,
        loaded_at,
        gross_revenue is not null as has_exchange_rate
    from netted

)

select * from final
