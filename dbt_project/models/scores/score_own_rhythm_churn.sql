with

{{ latest_propensities('churn_own_rhythm') }},

-- Why the customer has this horizon, and how much of it had passed: as the features of today have it.
rhythms as (

    select
        customer_id,
        average_days_between_orders,
        days_since_last_order,
        overdue_ratio,
        churn_horizon_days
    from {{ ref('feature_customers') }}
    where is_scoring_date

),

final as (

    select
        customers.customer_id,
        ranked.horizon_days as churn_own_rhythm_horizon_days,
        ranked.model_version,
        ranked.scored_at,
        {{ rounded('ranked.probability', 6) }} as churn_probability_own_rhythm,
        case
            when rhythms.days_since_last_order > rhythms.churn_horizon_days then 'beyond_rhythm'
            when rhythms.churn_horizon_days is not null and rhythms.average_days_between_orders is null then 'first_order_only'
            when rhythms.overdue_ratio > 1 then 'later_than_usual'
            when rhythms.overdue_ratio is not null then 'within_rhythm'
        end as churn_own_rhythm_reason_code
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    left join rhythms
        on ranked.customer_id = rhythms.customer_id
    where ranked.run_rank = 1

)

select * from final
