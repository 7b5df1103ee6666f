with

order_items as (

    select * from {{ ref('int_order_items_priced') }}

),

orders as (

    select * from {{ ref('int_orders_priced') }}

),

refunds as (

    select * from {{ ref('int_refunds_priced') }}
    where has_known_order and not is_credit_note

),

refunds_by_item as (

    select
        refunds.order_item_id,
        cast(sum(refunds.refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    inner join order_items
        on
            refunds.order_item_id = order_items.order_item_id
            and refunds.order_id = order_items.order_id
    group by refunds.order_item_id

),

-- What was paid back for the order as a whole, or for a line that is not on it.
refunds_by_order as (

    select
        refunds.order_id,
        cast(sum(refunds.refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    left join order_items
        on
            refunds.order_item_id = order_items.order_item_id
            and refunds.order_id = order_items.order_id
    where order_items.order_item_id is null
    group by refunds.order_id

),

running_totals as (

    select
        order_items.*,
        order_items.gross_revenue - order_items.line_discount_amount as line_revenue,
        sum(order_items.gross_revenue - order_items.line_discount_amount) over (
            partition by order_items.order_id
            order by order_items.order_item_id
            rows between unbounded preceding and current row
        ) as revenue_to_here,
        sum(order_items.gross_revenue - order_items.line_discount_amount) over (
            partition by order_items.order_id
        ) as order_revenue,
        lead(order_items.order_item_id) over (
            partition by order_items.order_id
            order by order_items.order_item_id
        ) is null as is_last_line
    from order_items

),

-- The share of the order up to and including a line, and up to the line before. The last line closes at one, so that rounded parts add up.
shares as (

    select
        *,
        case
            when is_last_line then 1
            when order_revenue = 0 then 0
            else cast(revenue_to_here as double) / cast(order_revenue as double)
        end as share_to_here,
        case
            when order_revenue = 0 then 0
            else cast(revenue_to_here - line_revenue as double) / cast(order_revenue as double)
        end as share_before
    from running_totals

),

allocated as (

    select
        shares.*,
        refunds_by_item.refund_amount as item_refund_amount,
        cast(
            {{ rounded('cast(orders.discount_amount as double) * shares.share_to_here', 2) }} as decimal(18, 2)
        ) - cast(
            {{ rounded('cast(orders.discount_amount as double) * shares.share_before', 2) }} as decimal(18, 2)
        ) as order_discount_share,
        cast(
            {{ rounded('cast(refunds_by_order.refund_amount as double) * shares.share_to_here', 2) }} as decimal(18, 2)
        ) - cast(
            {{ rounded('cast(refunds_by_order.refund_amount as double) * shares.share_before', 2) }} as decimal(18, 2)
        ) as order_refund_share
    from shares
    left join orders
        on shares.order_id = orders.order_id
    left join refunds_by_order
        on shares.order_id = refunds_by_order.order_id
    left join refunds_by_item
        on shares.order_item_id = refunds_by_item.order_item_id

),

final as (

    select
        order_item_id,
        order_id,
        has_known_order,
        product_id,
        category,
        subcategory,
        ordered_at,
        is_cancelled,
        is_credit_note,
        currency,
        quantity,
        unit_price_original,
        gross_revenue_original,
        line_discount_amount_original,
        unit_price,
        gross_revenue,
        cast(line_discount_amount + coalesce(order_discount_share, 0) as decimal(18, 2)) as discount_amount,
        cast(
            case when gross_revenue is not null then coalesce(item_refund_amount, 0) + coalesce(order_refund_share, 0) end as decimal(18, 2)
        ) as refund_amount,
        cost_amount,
        loaded_at
    from allocated

)

select * from final
