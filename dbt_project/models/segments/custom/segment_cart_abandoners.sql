with

thresholds as (

    {{ thresholds(['abandoned_hours', 'lookback_days']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

open_carts as (

    select
        carts.customer_id,
        max(carts.last_activity_at) as last_activity_at
    from {{ ref('fct_carts') }} as carts
    cross join clock
    cross join thresholds
    where
        carts.customer_id is not null
        and not carts.is_empty
        and not carts.is_purchased
        and carts.last_activity_at <= {{ dbt.dateadd('hour', '-thresholds.abandoned_hours', 'clock.as_of_at') }}
        and carts.last_activity_at >= {{ dbt.dateadd('day', '-thresholds.lookback_days', 'clock.as_of_at') }}
    group by carts.customer_id

),

last_orders as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at
    from {{ ref('fct_orders') }}
    where
        customer_id is not null
        and not is_cancelled
    group by customer_id

),

final as (

    select open_carts.customer_id
    from open_carts
    left join last_orders
        on open_carts.customer_id = last_orders.customer_id
    where
        last_orders.last_ordered_at is null
        or last_orders.last_ordered_at < open_carts.last_activity_at

)

select * from final
