with

propensity_reference_scores as (

    select * from {{ source('ml', 'propensity_reference_scores') }}

),

final as (

    select
        customer_id,
        reference_date,
        as_of_date,
        model_name,
        probability,
        model_version,
        scored_at
    from propensity_reference_scores

)

select * from final
