with

clock as (

    select * from {{ ref('int_clock') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}
    where customer_id is not null

),

-- Orders count as they were placed: what somebody cancels later may not change what was known then.
orders as (

    select
        order_customers.customer_key,
        orders.order_id,
        orders.ordered_at
    from {{ ref('int_orders_priced') }} as orders
    inner join order_customers
        on orders.order_id = order_customers.order_id
    cross join clock
    where
        not orders.is_credit_note
        and orders.ordered_at < clock.as_of_at

),

order_items as (

    select
        orders.customer_key,
        orders.ordered_at,
        order_items.product_id,
        order_items.category
    from {{ ref('int_order_items_priced') }} as order_items
    inner join orders
        on order_items.order_id = orders.order_id
    where order_items.quantity > 0

),

cart_purchases as (

    select
        cart_customers.customer_key,
        shopping_events.cart_id,
        shopping_events.event_at
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join {{ ref('int_cart_customers') }} as cart_customers
        on shopping_events.cart_id = cart_customers.cart_id
    cross join clock
    where
        shopping_events.event_type = 'purchase'
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

refunds as (

    select
        order_customers.customer_key,
        refunds.order_id,
        refunds.refunded_at
    from {{ ref('int_refunds_priced') }} as refunds
    inner join order_customers
        on refunds.order_id = order_customers.order_id
    cross join clock
    where
        not refunds.is_credit_note
        and refunds.refunded_at < clock.as_of_at

),

-- Each kind is told apart by what it has: one comparison of all of them would look at their names and at every text.
distinct_orders as (

    select distinct
        customer_key,
        ordered_at
    from orders

),

distinct_products as (

    select distinct
        customer_key,
        product_id,
        ordered_at
    from order_items
    where product_id is not null

),

distinct_categories as (

    select distinct
        customer_key,
        category,
        ordered_at
    from order_items
    where category is not null

),

distinct_carts as (

    select distinct
        customer_key,
        cart_id,
        event_at
    from cart_purchases

),

distinct_refunds as (

    select distinct
        customer_key,
        order_id,
        refunded_at
    from refunds

),

final as (

    select
        'order' as exit_event,
        customer_key,
        'any' as subject_type,
        'any' as subject_id,
        ordered_at as occurred_at
    from distinct_orders

    union all

    select
        'order_of_subject' as exit_event,
        customer_key,
        'product' as subject_type,
        product_id as subject_id,
        ordered_at as occurred_at
    from distinct_products

    union all

    select
        'order_of_subject' as exit_event,
        customer_key,
        'category' as subject_type,
        category as subject_id,
        ordered_at as occurred_at
    from distinct_categories

    union all

    select
        'order_of_subject' as exit_event,
        customer_key,
        'cart' as subject_type,
        cart_id as subject_id,
        event_at as occurred_at
    from distinct_carts

    union all

    select
        'refund_of_subject' as exit_event,
        customer_key,
        'order' as subject_type,
        order_id as subject_id,
        refunded_at as occurred_at
    from distinct_refunds

)

select * from final
