with

clock as (

    select * from {{ ref('int_clock') }}

),

candidates as (

    select distinct candidates.customer_id
    from {{ ref('audience_candidates') }} as candidates

),

caps as (

    select
        candidates.customer_id,
        caps.window_days,
        caps.maximum_messages
    from candidates
    inner join {{ ref('dim_customers') }} as customers
        on candidates.customer_id = customers.customer_id
    inner join {{ ref('frequency_caps') }} as caps
        on caps.preferred_frequency in ('any', customers.preferred_frequency)

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

final as (

    select
        customer_id,
        cast(min(maximum_messages - sent_count) as bigint) as messages_left,
        max(case when maximum_messages = 0 then 1 else 0 end) = 1 as is_barred,
        max(case when sent_count >= maximum_messages then 1 else 0 end) = 1 as is_capped
    from sent
    group by customer_id

)

select * from final
