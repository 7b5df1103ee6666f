with

clock as (

    select * from {{ ref('int_clock') }}

),

known_scores as (

    select uplift_scores.*
    from {{ ref('stg_ml__uplift_scores') }} as uplift_scores
    cross join clock
    where uplift_scores.scored_at <= clock.as_of_at

),

ranked as (

    select
        *,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_scores

),

final as (

    select
        customers.customer_id,
        ranked.has_offer,
        ranked.uplift_source,
        ranked.model_version,
        ranked.scored_at,
        {{ rounded('ranked.uplift', 6) }} as uplift,
        {{ rounded('ranked.expected_purchase_rate', 6) }} as expected_purchase_rate
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    where ranked.run_rank = 1

)

select * from final
