with

propensity_scores as (

    select * from {{ source('ml', 'propensity_scores') }}

),

final as (

    select
        customer_id,
        as_of_date,
        model_name,
        probability,
        horizon_days,
        model_version,
        scored_at
    from propensity_scores

)

select * from final
