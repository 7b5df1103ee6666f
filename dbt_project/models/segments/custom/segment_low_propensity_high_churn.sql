with

thresholds as (

    {{ thresholds(['maximum_purchase_probability', 'minimum_churn_probability']) }}

),

scores as (

    select * from {{ ref('score_customers') }}

),

final as (

    select scores.customer_id
    from scores
    cross join thresholds
    where
        scores.purchase_probability_30d < thresholds.maximum_purchase_probability
        and scores.churn_probability_90d >= thresholds.minimum_churn_probability

)

select * from final
