with

clusters as (

    select * from {{ ref('score_customer_clusters') }}

),

purchase_propensity as (

    select * from {{ ref('score_purchase_propensity') }}

),

churn as (

    select * from {{ ref('score_churn') }}

),

own_rhythm_churn as (

    select * from {{ ref('score_own_rhythm_churn') }}

),

email_clicks as (

    select * from {{ ref('score_email_click') }}

),

email_unsubscribes as (

    select * from {{ ref('score_email_unsubscribe') }}

),

customer_values as (

    select * from {{ ref('score_customer_value') }}

),

top_recommendations as (

    select * from {{ ref('score_product_recommendations') }}
    where recommendation_rank = 1

),

scorings as (

    select
        customer_id,
        scored_at
    from clusters

    union all

    select
        customer_id,
        scored_at
    from purchase_propensity

    union all

    select
        customer_id,
        scored_at
    from churn

    union all

    select
        customer_id,
        scored_at
    from own_rhythm_churn

    union all

    select
        customer_id,
        scored_at
    from email_clicks

    union all

    select
        customer_id,
        scored_at
    from email_unsubscribes

    union all

    select
        customer_id,
        scored_at
    from customer_values

    union all

    select
        customer_id,
        scored_at
    from top_recommendations

),

scored_customers as (

    select
        customer_id,
        max(scored_at) as last_scored_at
    from scorings
    group by customer_id

),

final as (

    select
        scored_customers.customer_id,
        clusters.cluster_id,
        clusters.cluster_name,
        clusters.model_version as cluster_model_version,
        purchase_propensity.purchase_probability_30d,
        purchase_propensity.model_version as purchase_model_version,
        churn.churn_probability_90d,
        churn.model_version as churn_model_version,
        own_rhythm_churn.churn_probability_own_rhythm,
        own_rhythm_churn.churn_own_rhythm_horizon_days,
        own_rhythm_churn.churn_own_rhythm_reason_code,
        own_rhythm_churn.model_version as churn_own_rhythm_model_version,
        email_clicks.email_click_probability_30d,
        email_clicks.model_version as email_click_model_version,
        email_unsubscribes.email_unsubscribe_probability_30d,
        email_unsubscribes.model_version as email_unsubscribe_model_version,
        customer_values.probability_alive,
        customer_values.expected_orders_90d,
        customer_values.expected_value_365d,
        customer_values.expected_next_order_date,
        customer_values.value_tier,
        customer_values.model_version as value_model_version,
        top_recommendations.product_id as recommended_product_id,
        top_recommendations.interest_score as recommended_product_interest,
        top_recommendations.reason_code as recommended_product_reason,
        top_recommendations.model_version as recommendation_model_version,
        scored_customers.last_scored_at
    from scored_customers
    left join clusters
        on scored_customers.customer_id = clusters.customer_id
    left join purchase_propensity
        on scored_customers.customer_id = purchase_propensity.customer_id
    left join churn
        on scored_customers.customer_id = churn.customer_id
    left join own_rhythm_churn
        on scored_customers.customer_id = own_rhythm_churn.customer_id
    left join email_clicks
        on scored_customers.customer_id = email_clicks.customer_id
    left join email_unsubscribes
        on scored_customers.customer_id = email_unsubscribes.customer_id
    left join customer_values
        on scored_customers.customer_id = customer_values.customer_id
    left join top_recommendations
        on scored_customers.customer_id = top_recommendations.customer_id

)

select * from final
