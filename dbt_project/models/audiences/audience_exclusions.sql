with

assignments as (

    select * from {{ ref('audience_assignments') }}

),

reasons as (

    select * from {{ ref('exclusion_reasons') }}

),

audiences as (

    select * from {{ ref('audience_policies') }}

),

checked as (

    select
        assignments.audience_name,
        reasons.exclusion_reason,
        case when assignments.exclusion_reason = reasons.exclusion_reason then 1 else 0 end as is_first_reason,
        case
            when
                (reasons.exclusion_reason = 'segment_not_published' and assignments.is_segment_unpublished)
                or (reasons.exclusion_reason = 'no_email' and assignments.is_without_email)
                or (reasons.exclusion_reason = 'invalid_email' and assignments.is_email_invalid)
                or (reasons.exclusion_reason = 'suppressed' and assignments.is_email_suppressed)
                or (reasons.exclusion_reason = 'no_consent' and assignments.is_without_consent)
                or (reasons.exclusion_reason = 'prefers_no_email' and assignments.is_barred)
                or (
                    reasons.exclusion_reason = 'frequency_capped'
                    and assignments.is_capped
                    and not assignments.is_barred
                )
                or (
                    reasons.exclusion_reason = 'in_higher_priority_audience'
                    and assignments.is_in_higher_priority_audience
                )
                or (reasons.exclusion_reason = 'address_taken' and assignments.is_address_taken)
                or (reasons.exclusion_reason = 'holdout' and assignments.is_holdout)
                then 1
            else 0
        end as is_any_reason
    from assignments
    cross join reasons

),

reason_counts as (

    select
        audience_name,
        exclusion_reason,
        sum(is_first_reason) as first_reason_count,
        sum(is_any_reason) as any_reason_count
    from checked
    group by
        audience_name,
        exclusion_reason

),

audience_counts as (

    select
        audience_name,
        count(*) as candidate_count,
        sum(case when exclusion_reason is null then 1 else 0 end) as recipient_count
    from assignments
    group by audience_name

),

final as (

    select
        audiences.audience_name,
        reasons.reason_order,
        reasons.exclusion_reason,
        reasons.description as exclusion_description,
        cast(coalesce(reason_counts.first_reason_count, 0) as bigint) as first_reason_count,
        cast(coalesce(reason_counts.any_reason_count, 0) as bigint) as any_reason_count,
        cast(coalesce(audience_counts.candidate_count, 0) as bigint) as candidate_count,
        cast(coalesce(audience_counts.recipient_count, 0) as bigint) as recipient_count
    from audiences
    cross join reasons
    left join reason_counts
        on
            audiences.audience_name = reason_counts.audience_name
            and reasons.exclusion_reason = reason_counts.exclusion_reason
    left join audience_counts
        on audiences.audience_name = audience_counts.audience_name

)

select * from final
