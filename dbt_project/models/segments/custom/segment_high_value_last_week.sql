with

thresholds as (

    {{ thresholds(['minimum_net_revenue']) }}

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
        features.net_revenue_7d >= thresholds.minimum_net_revenue

)

select * from final
