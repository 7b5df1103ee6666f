with

product_versions as (

    select * from {{ ref('int_product_versions') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

-- Each pass reads the lines anew: a shared subquery would be kept in memory.
cart_times as (

    select
        cart_id,
        min(first_event_at) as cart_started_at,
        max(last_event_at) as last_activity_at,
        min(checkout_started_at) as checkout_started_at,
        min(purchased_at) as purchased_at,
        max(loaded_at) as loaded_at,
        min(anonymous_id) as one_anonymous_id,
        min(user_id) as one_user_id,
        min(anonymous_id) <> max(anonymous_id) or coalesce(min(user_id) <> max(user_id), false) as is_shared
    from {{ ref('int_cart_lines') }}
    group by cart_id

),

-- Few carts are used from two devices or accounts: the first one counts, an account before none.
shared_visitors as (

    select
        cart_lines.cart_id,
        cart_lines.anonymous_id,
        cart_lines.user_id,
        row_number() over (
            partition by cart_lines.cart_id
            order by
                case when cart_lines.user_id is null then 1 else 0 end,
                cart_lines.first_event_at,
                cart_lines.anonymous_id,
                cart_lines.user_id,
                cart_lines.product_id
        ) as visitor_rank
    from {{ ref('int_cart_lines') }} as cart_lines
    inner join cart_times
        on cart_lines.cart_id = cart_times.cart_id
    where cart_times.is_shared

),

cart_visitors as (

    select
        cart_times.*,
        case when shared_visitors.cart_id is null then cart_times.one_anonymous_id else shared_visitors.anonymous_id end as anonymous_id,
        case when shared_visitors.cart_id is null then cart_times.one_user_id else shared_visitors.user_id end as user_id
    from cart_times
    left join shared_visitors
        on
            cart_times.cart_id = shared_visitors.cart_id
            and shared_visitors.visitor_rank = 1

),

cart_products as (

    select
        cart_id,
        product_id,
        greatest(sum(added_quantity) - sum(removed_quantity), 0) as quantity,
        max(last_event_at) as last_event_at
    from {{ ref('int_cart_lines') }}
    where product_id is not null
    group by
        cart_id,
        product_id

),

priced_products as (

    select
        cart_products.cart_id,
        cart_products.product_id,
        product_versions.product_name,
        cart_products.quantity,
        coalesce(
            cast(cart_products.quantity * {{ in_reporting_currency('product_versions.price', 'exchange_rates.rate') }} as decimal(18, 2)),
            0
        ) as line_value
    from cart_products
    left join product_versions
        on
            cart_products.product_id = product_versions.product_id
            and cart_products.last_event_at >= product_versions.valid_from
            and cart_products.last_event_at < product_versions.valid_to
    left join exchange_rates
        on
            product_versions.currency = exchange_rates.currency
            and cast(cart_products.last_event_at as date) >= exchange_rates.valid_from
            and (exchange_rates.valid_to is null or cast(cart_products.last_event_at as date) < exchange_rates.valid_to)
    where cart_products.quantity > 0

),

ranked_products as (

    select
        *,
        row_number() over (
            partition by cart_id
            order by line_value desc, product_id asc
        ) as product_rank
    from priced_products

),

cart_contents as (

    select
        cart_id,
        cast(sum(quantity) as bigint) as item_count,
        cast(sum(line_value) as decimal(18, 2)) as cart_value,
        max(case when product_rank = 1 then product_id end) as top_product_id,
        max(case when product_rank = 1 then product_name end) as top_product_name
    from ranked_products
    group by cart_id

),

final as (

    select
        cart_visitors.cart_id,
        cart_visitors.anonymous_id,
        cart_visitors.cart_started_at,
        cart_visitors.last_activity_at,
        cart_visitors.checkout_started_at,
        cart_visitors.purchased_at,
        cart_contents.top_product_id,
        cart_contents.top_product_name,
        cart_visitors.loaded_at,
        coalesce(by_account.customer_id, by_device.customer_id) as customer_id,
        cart_visitors.purchased_at is not null as is_purchased,
        cart_contents.cart_id is null as is_empty,
        coalesce(cart_contents.item_count, 0) as item_count,
        coalesce(cart_contents.cart_value, 0) as cart_value
    from cart_visitors
    left join cart_contents
        on cart_visitors.cart_id = cart_contents.cart_id
    left join identity_map as by_account
        on {{ identifier_key('shop_customer_id', 'cart_visitors.user_id') }} = by_account.identifier_key
    left join identity_map as by_device
        on {{ identifier_key('anonymous_id', 'cart_visitors.anonymous_id') }} = by_device.identifier_key

)

select * from final
