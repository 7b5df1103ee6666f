with

thresholds as (

    {{ thresholds(['maximum_purchase_probability', 'minimum_churn_probability']) }}

),

scores as (

    select * from {{ ref('score_customers') }}

),

-- Whoever never bought or has already left cannot be lost any more.
customers_to_lose as (

    select customer_id
    from {{ ref('segment_lifecycle') }}
    where lifecycle_stage not in ('prospect', 'lapsed')

),

final as (

    select scores.customer_id
    from scores
    inner join customers_to_lose
        on scores.customer_id = customers_to_lose.customer_id
    cross join thresholds
    where
        scores.purchase_probability_30d < thresholds.maximum_purchase_probability
        and scores.churn_probability_90d >= thresholds.minimum_churn_probability

)

select * from final
