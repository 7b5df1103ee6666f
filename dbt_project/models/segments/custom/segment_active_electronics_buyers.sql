with

thresholds as (

    {{ thresholds(['purchase_days', 'browse_days'], ['category']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

buyers as (

    select distinct items.customer_id
    from {{ ref('fct_order_items') }} as items
    cross join clock
    cross join thresholds
    where
        items.customer_id is not null
        and lower(items.category) = lower(thresholds.category)
        and items.quantity > 0
        and not items.is_cancelled
        and items.ordered_at < clock.as_of_at
        and items.ordered_at >= {{ dbt.dateadd('day', '-thresholds.purchase_days', 'clock.as_of_at') }}

),

browsers as (

    select distinct view_days.customer_id
    from {{ ref('fct_category_view_days') }} as view_days
    cross join clock
    cross join thresholds
    where
        lower(view_days.category) = lower(thresholds.category)
        and view_days.view_date < clock.as_of_date
        and view_days.view_date >= {{ dbt.dateadd('day', '-thresholds.browse_days', 'clock.as_of_date') }}

),

final as (

    select buyers.customer_id
    from buyers
    inner join browsers
        on buyers.customer_id = browsers.customer_id

)

select * from final
