with

clock as (

    select * from {{ ref('int_clock') }}

),

candidates as (

    select
        candidates.*,
        customers.email,
        customers.preferred_frequency,
        coalesce(customers.is_email_valid, false) as is_email_valid,
        coalesce(customers.is_email_suppressed, false) as is_email_suppressed,
        coalesce(customers.has_email_marketing_consent, false) as has_email_marketing_consent
    from {{ ref('audience_candidates') }} as candidates
    inner join {{ ref('dim_customers') }} as customers
        on candidates.customer_id = customers.customer_id

),

caps as (

    select distinct
        candidates.customer_id,
        caps.window_days,
        caps.maximum_messages
    from candidates
    inner join {{ ref('frequency_caps') }} as caps
        on caps.preferred_frequency in ('any', candidates.preferred_frequency)

),

sent_days as (

    select
        email_days.customer_id,
        email_days.sent_count,
        {{ days_between('email_days.activity_date', 'clock.as_of_date') }} as days_ago
    from {{ ref('fct_email_days') }} as email_days
    cross join clock
    where
        email_days.sent_count > 0
        and email_days.activity_date < clock.as_of_date

),

sent as (

    select
        caps.customer_id,
        caps.window_days,
        caps.maximum_messages,
        sum(coalesce(sent_days.sent_count, 0)) as sent_count
    from caps
    left join sent_days
        on
            caps.customer_id = sent_days.customer_id
            and caps.window_days >= sent_days.days_ago
    group by
        caps.customer_id,
        caps.window_days,
        caps.maximum_messages

),

room as (

    select
        customer_id,
        max(case when maximum_messages = 0 then 1 else 0 end) as barring_cap_count,
        max(case when sent_count >= maximum_messages then 1 else 0 end) as reached_cap_count
    from sent
    group by customer_id

),

checked as (

    select
        candidates.audience_name,
        candidates.customer_id,
        candidates.priority,
        candidates.experiment_id,
        candidates.email,
        candidates.is_email_suppressed,
        not candidates.is_in_published_segment as is_segment_unpublished,
        candidates.email is null as is_without_email,
        candidates.email is not null and not candidates.is_email_valid as is_email_invalid,
        not candidates.has_email_marketing_consent as is_without_consent,
        coalesce(room.barring_cap_count > 0, false) as is_barred,
        coalesce(room.reached_cap_count > 0, false) as is_capped
    from candidates
    left join room
        on candidates.customer_id = room.customer_id

),

final as (

    select
        *,
        not is_segment_unpublished
        and not is_without_email
        and not is_email_invalid
        and not is_email_suppressed
        and not is_without_consent
        and not is_barred
        and not is_capped as is_eligible
    from checked

)

select * from final
