with

clock as (

    select * from {{ ref('int_clock') }}

),

versions as (

    select
        products.product_id,
        products.valid_from,
        products.price,
        products.currency,
        case when products.is_active then products.stock_quantity else 0 end as stock_quantity
    from {{ ref('stg_shop__products') }} as products
    cross join clock
    where products.valid_from < clock.as_of_at

),

-- A version that does not say how much is there says nothing about a change.
stocked_versions as (

    select
        product_id,
        valid_from,
        stock_quantity,
        lag(stock_quantity) over (
            partition by product_id
            order by valid_from
        ) as previous_stock_quantity,
        min(case when stock_quantity = 0 then valid_from end) over (
            partition by product_id
            order by valid_from
            rows between 1 following and unbounded following
        ) as sold_out_at
    from versions
    where stock_quantity is not null

),

priced_versions as (

    select
        product_id,
        currency,
        valid_from,
        price,
        lag(price) over (
            partition by product_id, currency
            order by valid_from
        ) as previous_price
    from versions
    where price is not null

),

price_changes as (

    select
        product_id,
        currency,
        valid_from,
        price,
        previous_price
    from priced_versions
    where price <> previous_price

),

-- The price rises again with the first change upwards, even if it fell once more in between.
price_ends as (

    select
        *,
        min(case when price > previous_price then valid_from end) over (
            partition by product_id, currency
            order by valid_from
            rows between 1 following and unbounded following
        ) as rose_at
    from price_changes

),

final as (

    select
        product_id,
        'restocked' as change_type,
        valid_from as changed_at,
        sold_out_at as change_ended_at,
        cast(null as decimal(18, 4)) as previous_price,
        cast(null as decimal(18, 4)) as price
    from stocked_versions
    where
        previous_stock_quantity = 0
        and stock_quantity > 0

    union all

    select
        product_id,
        'price_dropped' as change_type,
        valid_from as changed_at,
        rose_at as change_ended_at,
        cast(previous_price as decimal(18, 4)) as previous_price,
        cast(price as decimal(18, 4)) as price
    from price_ends
    where price < previous_price

)

select * from final
