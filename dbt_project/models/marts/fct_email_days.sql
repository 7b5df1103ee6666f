with

email_days as (

    select * from {{ ref('int_email_days') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

final as (

    select
        identity_map.customer_id,
        email_days.event_date as activity_date,
        email_days.load_date,
        cast(sum(email_days.sent_count) as bigint) as sent_count,
        cast(sum(email_days.delivered_count) as bigint) as delivered_count,
        cast(sum(email_days.human_open_count) as bigint) as human_open_count,
        cast(sum(email_days.machine_open_count) as bigint) as machine_open_count,
        cast(sum(email_days.click_count) as bigint) as click_count,
        cast(sum(email_days.machine_click_count) as bigint) as machine_click_count,
        cast(sum(email_days.bounce_count) as bigint) as bounce_count,
        cast(sum(email_days.unsubscribe_count) as bigint) as unsubscribe_count,
        cast(sum(email_days.complaint_count) as bigint) as complaint_count,
        max(email_days.last_human_open_at) as last_human_open_at,
        max(email_days.last_click_at) as last_click_at
    from email_days
    inner join identity_map
        on email_days.identifier_key = identity_map.identifier_key
    group by
        identity_map.customer_id,
        email_days.event_date,
        email_days.load_date

)

select * from final
