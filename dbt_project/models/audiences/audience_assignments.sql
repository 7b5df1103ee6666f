with

eligibility as (

    select * from {{ ref('audience_eligibility') }}

),

experiments as (

    select * from {{ ref('experiments') }}

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
    from eligibility

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
    inner join experiments
        on addressed.experiment_id = experiments.experiment_id

),

final as (

    select
        audience_name,
        customer_id,
        priority,
        experiment_id,
        is_segment_unpublished,
        is_without_email,
        is_email_invalid,
        is_email_suppressed,
        is_without_consent,
        is_barred,
        is_capped,
        coalesce(audience_rank > 1, false) as is_in_higher_priority_audience,
        is_assigned and address_rank > 1 as is_address_taken,
        is_assigned and address_rank = 1 and is_drawn_for_holdout as is_holdout,
        case
            when is_segment_unpublished then 'segment_not_published'
            when is_without_email then 'no_email'
            when is_email_invalid then 'invalid_email'
            when is_email_suppressed then 'suppressed'
            when is_without_consent then 'no_consent'
            when is_barred then 'prefers_no_email'
            when is_capped then 'frequency_capped'
            when audience_rank > 1 then 'in_higher_priority_audience'
            when address_rank > 1 then 'address_taken'
            when is_drawn_for_holdout then 'holdout'
        end as exclusion_reason
    from drawn

)

select * from final
