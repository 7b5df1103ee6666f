with

products as (

    select * from {{ ref('stg_shop__products') }}
    where is_current

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

price_bands as (

    select * from {{ ref('price_bands') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

priced_products as (

    select
        products.product_id,
        products.sku,
        products.name as product_name,
        products.category,
        products.subcategory,
        products.brand,
        {{ in_reporting_currency('products.price', 'exchange_rates.rate') }} as price,
        {{ in_reporting_currency('products.unit_cost', 'exchange_rates.rate') }} as unit_cost,
        products.stock_quantity,
        products.is_active,
        products.valid_from
    from products
    cross join clock
    left join exchange_rates
        on
            products.currency = exchange_rates.currency
            and clock.as_of_date >= exchange_rates.valid_from
            and (exchange_rates.valid_to is null or clock.as_of_date < exchange_rates.valid_to)

),

ranked_products as (

    select
        product_id,
        percent_rank() over (
            partition by category
            order by price
        ) as price_percent_rank
    from priced_products
    where price > 0

),

ranked_bands as (

    select
        ranked_products.product_id,
        price_bands.price_band,
        row_number() over (
            partition by ranked_products.product_id
            order by price_bands.min_percent_rank desc
        ) as band_rank
    from ranked_products
    inner join price_bands
        on ranked_products.price_percent_rank >= price_bands.min_percent_rank

),

final as (

    select
        priced_products.product_id,
        priced_products.sku,
        priced_products.product_name,
        priced_products.category,
        priced_products.subcategory,
        priced_products.brand,
        priced_products.price,
        priced_products.unit_cost,
        ranked_bands.price_band,
        priced_products.stock_quantity,
        priced_products.valid_from,
        coalesce(priced_products.stock_quantity > 0, true) as is_in_stock,
        coalesce(priced_products.is_active, true) as is_active
    from priced_products
    left join ranked_bands
        on
            priced_products.product_id = ranked_bands.product_id
            and ranked_bands.band_rank = 1

)

select * from final
