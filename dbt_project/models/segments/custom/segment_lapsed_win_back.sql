with

thresholds as (

    {{ thresholds(['minimum_orders', 'maximum_days_since_order']) }}

),

features as (

    select * from {{ ref('feature_customers') }}
    where is_scoring_date

),

lifecycle as (

    select * from {{ ref('segment_lifecycle') }}

),

final as (

    select lifecycle.customer_id
    from lifecycle
    inner join features
        on lifecycle.customer_id = features.customer_id
    cross join thresholds
    where
        lifecycle.lifecycle_stage = 'lapsed'
        and lifecycle.days_since_last_order <= thresholds.maximum_days_since_order
        and features.order_count_lifetime >= thresholds.minimum_orders

)

select * from final
