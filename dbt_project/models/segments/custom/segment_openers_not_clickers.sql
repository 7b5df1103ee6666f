with

thresholds as (

    {{ thresholds(['minimum_open_rate', 'maximum_click_rate', 'minimum_delivered']) }}

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
        and features.email_click_rate_90d < thresholds.maximum_click_rate
        and features.email_delivered_count_90d >= thresholds.minimum_delivered

)

select * from final
