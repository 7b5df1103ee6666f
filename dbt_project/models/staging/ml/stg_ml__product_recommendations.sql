with

product_recommendations as (

    select * from {{ source('ml', 'product_recommendations') }}

),

final as (

    select
        customer_id,
        as_of_date,
        recommendation_rank,
        product_id,
        interest_score,
        reason_code,
        source_product_id,
        model_name,
        model_version,
        scored_at
    from product_recommendations

)

select * from final
