with

thresholds as (

    {{ thresholds(['minimum_product_views', 'lookback_days']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

category_views as (

    select
        view_days.customer_id,
        view_days.category,
        sum(view_days.product_view_count) as product_view_count
    from {{ ref('fct_category_view_days') }} as view_days
    cross join clock
    cross join thresholds
    where
        view_days.customer_id is not null
        and view_days.category is not null
        and view_days.view_date < clock.as_of_date
        and view_days.view_date >= {{ dbt.dateadd('day', '-thresholds.lookback_days', 'clock.as_of_date') }}
    group by
        view_days.customer_id,
        view_days.category

),

final as (

    select distinct category_views.customer_id
    from category_views
    cross join thresholds
    where category_views.product_view_count >= thresholds.minimum_product_views

)

select * from final
