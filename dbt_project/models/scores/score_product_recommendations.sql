with

clock as (

    select * from {{ ref('int_clock') }}

),

known_recommendations as (

    select product_recommendations.*
    from {{ ref('stg_ml__product_recommendations') }} as product_recommendations
    cross join clock
    where product_recommendations.scored_at <= clock.as_of_at

),

final as (

    select
        customers.customer_id,
        known_recommendations.recommendation_rank,
        known_recommendations.product_id,
        {{ rounded('known_recommendations.interest_score', 6) }} as interest_score,
        known_recommendations.reason_code,
        known_recommendations.source_product_id,
        known_recommendations.model_version,
        known_recommendations.scored_at
    from known_recommendations
    inner join {{ ref('dim_customers') }} as customers
        on known_recommendations.customer_id = customers.customer_id

)

select * from final
