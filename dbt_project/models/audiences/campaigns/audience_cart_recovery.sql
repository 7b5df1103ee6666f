with

recipients as (

    select * from {{ ref('audience_recipients') }}
    where audience_name = 'cart_recovery'

),

open_carts as (

    select
        customer_id,
        top_product_id,
        top_product_name,
        cart_value,
        row_number() over (partition by customer_id order by last_activity_at desc, cart_id asc) as cart_rank
    from {{ ref('fct_carts') }}
    where
        customer_id is not null
        and not is_empty
        and not is_purchased

),

products as (

    select * from {{ ref('dim_products') }}

),

final as (

    select
        recipients.audience_name,
        recipients.customer_id,
        recipients.email,
        recipients.first_name,
        recipients.language_code,
        recipients.top_category,
        recipients.last_product_name,
        open_carts.top_product_id as featured_product_id,
        open_carts.top_product_name as featured_product_name,
        products.category as featured_category,
        cast(open_carts.cart_value as decimal(18, 2)) as cart_value,
        recipients.offer_code,
        recipients.experiment_id
    from recipients
    inner join open_carts
        on recipients.customer_id = open_carts.customer_id
    left join products
        on open_carts.top_product_id = products.product_id
    where open_carts.cart_rank = 1

)

select * from final
