with

products as (

    select * from {{ ref('dim_products') }}

),

blocks as (

    select
        attribute_name,
        lower(attribute_value) as attribute_value
    from {{ ref('recommendation_blocks') }}

),

blocked_products as (

    select distinct products.product_id
    from products
    inner join blocks
        on
            (blocks.attribute_name = 'category' and lower(products.category) = blocks.attribute_value)
            or (blocks.attribute_name = 'subcategory' and lower(products.subcategory) = blocks.attribute_value)
            or (blocks.attribute_name = 'brand' and lower(products.brand) = blocks.attribute_value)
            or (blocks.attribute_name = 'product_id' and lower(products.product_id) = blocks.attribute_value)

),

final as (

    select
        products.product_id,
        products.category,
        blocked_products.product_id is not null as is_blocked,
        products.is_in_stock and products.is_active as is_available
    from products
    left join blocked_products
        on products.product_id = blocked_products.product_id

)

select * from final
