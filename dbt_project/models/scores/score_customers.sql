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

scored_customers as (

    select customer_id from clusters
    union distinct
    select customer_id from purchase_propensity
    union distinct
    select customer_id from churn

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
        greatest(
            coalesce(clusters.scored_at, purchase_propensity.scored_at, churn.scored_at),
            coalesce(purchase_propensity.scored_at, churn.scored_at, clusters.scored_at),
            coalesce(churn.scored_at, clusters.scored_at, purchase_propensity.scored_at)
        ) as last_scored_at
    from scored_customers
    left join clusters
        on scored_customers.customer_id = clusters.customer_id
    left join purchase_propensity
        on scored_customers.customer_id = purchase_propensity.customer_id
    left join churn
        on scored_customers.customer_id = churn.customer_id

)

select * from final
