with

thresholds as (

    {{ thresholds(['minimum_orders', 'minimum_product_views']) }}

),

features as (

    select * from {{ ref('feature_customers') }}
    where is_scoring_date

),

final as (

    select features.customer_id
    from features
    cross join thresholds
    where
        features.order_count_365d >= thresholds.minimum_orders
        and features.product_view_count_7d >= thresholds.minimum_product_views

)

select * from final
