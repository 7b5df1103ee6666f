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

refunds_of_items as (

    select
        refunds.order_id,
        refunds.order_item_id,
        cast(sum(refunds.refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    inner join order_items
        on
            refunds.order_item_id = order_items.order_item_id
            and refunds.order_id = order_items.order_id
    group by
        refunds.order_id,
        refunds.order_item_id

),

-- What was paid back for the order as a whole, or for a line that is not on it.
refunds_of_orders as (

    select
        refunds.order_id,
        cast(sum(refunds.refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    left join refunds_of_items
        on
            refunds.order_item_id = refunds_of_items.order_item_id
            and refunds.order_id = refunds_of_items.order_id
    where refunds_of_items.order_item_id is null
    group by refunds.order_id

),

-- Most orders have nothing to share, and their lines need not be put in order.
sharing_orders as (

    select
        orders.order_id,
        orders.discount_amount,
        refunds_of_orders.refund_amount
    from orders
    left join refunds_of_orders
        on orders.order_id = refunds_of_orders.order_id
    where
        orders.discount_amount <> 0
        or refunds_of_orders.order_id is not null

),

running_totals as (

    select
        order_items.order_id,
        order_items.order_item_id,
        sharing_orders.discount_amount,
        sharing_orders.refund_amount,
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
    inner join sharing_orders
        on order_items.order_id = sharing_orders.order_id

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

adjustments as (

    select
        order_id,
        order_item_id,
        cast({{ rounded('cast(discount_amount as double) * share_to_here', 2) }} as decimal(18, 2))
        - cast({{ rounded('cast(discount_amount as double) * share_before', 2) }} as decimal(18, 2)) as discount_amount,
        cast({{ rounded('cast(refund_amount as double) * share_to_here', 2) }} as decimal(18, 2))
        - cast({{ rounded('cast(refund_amount as double) * share_before', 2) }} as decimal(18, 2)) as refund_amount
    from shares

    union all

    select
        order_id,
        order_item_id,
        cast(0 as decimal(18, 2)) as discount_amount,
        refund_amount
    from refunds_of_items

),

final as (

    select
        order_item_id,
        order_id,
        cast(coalesce(sum(discount_amount), 0) as decimal(18, 2)) as discount_amount,
        cast(coalesce(sum(refund_amount), 0) as decimal(18, 2)) as refund_amount
    from adjustments
    group by
        order_item_id,
        order_id

)

select * from final
