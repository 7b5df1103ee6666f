with

uplift_scores as (

    select * from {{ source('ml', 'uplift_scores') }}

),

final as (

    select
        customer_id,
        as_of_date,
        has_offer,
        uplift,
        expected_purchase_rate,
        uplift_source,
        model_version,
        scored_at
    from uplift_scores

)

select * from final
