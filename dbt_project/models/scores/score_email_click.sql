with

clock as (

    select * from {{ ref('int_clock') }}

),

known_scores as (

    select propensity_scores.*
    from {{ ref('stg_ml__propensity_scores') }} as propensity_scores
    cross join clock
    where
        propensity_scores.model_name = 'email_click_30d'
        and propensity_scores.scored_at <= clock.as_of_at

),

ranked as (

    select
        customer_id,
        probability,
        model_version,
        scored_at,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_scores

),

final as (

    select
        customers.customer_id,
        ranked.model_version,
        ranked.scored_at,
        {{ rounded('ranked.probability', 6) }} as email_click_probability_30d
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    where ranked.run_rank = 1

)

select * from final
