with

thresholds as (

    {{ thresholds(['minimum_open_rate', 'click_days', 'purchase_days']) }}

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
        features.email_human_open_rate_90d > thresholds.minimum_open_rate
        and features.days_since_last_email_click <= thresholds.click_days
        and features.days_since_last_order <= thresholds.purchase_days

)

select * from final
