with

{{ latest_propensities('email_click_30d') }},

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
