with

thresholds as (

    {{ thresholds(['purchase_days']) }}

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
        features.days_since_last_order <= thresholds.purchase_days

)

select * from final
