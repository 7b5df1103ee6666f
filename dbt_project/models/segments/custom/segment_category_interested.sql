with

thresholds as (

    {{ thresholds(['minimum_product_views', 'lookback_days']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

category_views as (

    select
        views.customer_id,
        views.category,
        sum(views.product_view_count) as product_view_count
    from {{ ref('fct_category_view_days') }} as views
    cross join clock
    cross join thresholds
    where
        views.customer_id is not null
        and views.category is not null
        and views.view_date < clock.as_of_date
        and views.view_date >= {{ dbt.dateadd('day', '-thresholds.lookback_days', 'clock.as_of_date') }}
    group by
        views.customer_id,
        views.category

),

final as (

    select distinct category_views.customer_id
    from category_views
    cross join thresholds
    where category_views.product_view_count >= thresholds.minimum_product_views

)

select * from final
