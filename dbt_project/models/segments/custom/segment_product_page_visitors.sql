with

thresholds as (

    {{ thresholds(['lookback_hours']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

web_days as (

    select * from {{ ref('fct_web_days') }}

),

final as (

    select distinct web_days.customer_id
    from web_days
    cross join clock
    cross join thresholds
    where
        web_days.customer_id is not null
        and web_days.last_product_view_at < clock.as_of_at
        and web_days.last_product_view_at >= {{ dbt.dateadd('hour', '-thresholds.lookback_hours', 'clock.as_of_at') }}

)

select * from final
