with

candidates as (

    select
        candidates.audience_name,
        candidates.customer_id,
        candidates.priority,
        candidates.experiment_id,
        candidates.is_in_published_segment,
        customers.email,
        coalesce(customers.email is not null, false) as has_email,
        coalesce(customers.is_email_valid, false) as is_email_valid,
        coalesce(customers.is_email_suppressed, false) as is_email_suppressed,
        coalesce(customers.has_email_marketing_consent, false) as has_email_marketing_consent,
        coalesce(caps.is_barred, false) as is_barred,
        coalesce(caps.is_capped, false) as is_capped
    from {{ ref('audience_candidates') }} as candidates
    inner join {{ ref('dim_customers') }} as customers
        on candidates.customer_id = customers.customer_id
    left join {{ ref('audience_frequency_caps') }} as caps
        on candidates.customer_id = caps.customer_id

),

eligible as (

    select
        *,
        is_in_published_segment
        and has_email
        and is_email_valid
        and not is_email_suppressed
        and has_email_marketing_consent
        and not is_barred
        and not is_capped as is_eligible
    from candidates

),

ranked as (

    select
        *,
        case
            when is_eligible
                then row_number() over (
                    partition by customer_id, is_eligible
                    order by priority asc, audience_name asc
                )
        end as audience_rank
    from eligible

),

addressed as (

    select
        *,
        coalesce(audience_rank = 1, false) as is_assigned,
        row_number() over (
            partition by email, coalesce(audience_rank = 1, false)
            order by priority asc, customer_id asc
        ) as address_rank
    from ranked

),

drawn as (

    select
        addressed.*,
        mod({{ identifier_hash(dbt.concat([
            'experiments.salt', "'|'", 'experiments.experiment_id', "'|'", 'addressed.customer_id'
        ])) }}, 10000) < experiments.holdout_percent * 100 as is_drawn_for_holdout
    from addressed
    inner join {{ ref('experiments') }} as experiments
        on addressed.experiment_id = experiments.experiment_id

),

final as (

    select
        audience_name,
        customer_id,
        priority,
        experiment_id,
        is_email_suppressed,
        is_barred,
        is_capped,
        not is_in_published_segment as is_segment_unpublished,
        not has_email as is_without_email,
        has_email and not is_email_valid as is_email_invalid,
        not has_email_marketing_consent as is_without_consent,
        coalesce(audience_rank > 1, false) as is_in_higher_priority_audience,
        is_assigned and address_rank > 1 as is_address_taken,
        is_assigned and address_rank = 1 and is_drawn_for_holdout as is_holdout,
        case
            when not is_in_published_segment then 'segment_not_published'
            when not has_email then 'no_email'
            when not is_email_valid then 'invalid_email'
            when is_email_suppressed then 'suppressed'
            when not has_email_marketing_consent then 'no_consent'
            when is_barred then 'prefers_no_email'
            when is_capped then 'frequency_capped'
            when audience_rank > 1 then 'in_higher_priority_audience'
            when address_rank > 1 then 'address_taken'
            when is_drawn_for_holdout then 'holdout'
        end as exclusion_reason
    from drawn

)

select * from final
