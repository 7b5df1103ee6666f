with

lines as (

    select
        items.customer_id,
        items.product_id,
        products.product_name,
        items.category,
        row_number() over (
            partition by items.customer_id
            order by items.ordered_at desc, items.net_revenue desc, items.order_item_id asc
        ) as line_rank
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('dim_products') }} as products
        on items.product_id = products.product_id
    where
        items.customer_id is not null
        and items.quantity > 0
        and not items.is_cancelled

),

final as (

    select
        customer_id,
        product_id as last_product_id,
        product_name as last_product_name,
        category as last_product_category
    from lines
    where line_rank = 1

)

select * from final
