with

clock as (

    select
        as_of_at,
        as_of_date,
        cast({{ dbt.dateadd('day', '-' ~ var('send_time_window_days'), 'as_of_date') }} as timestamp) as window_start_at,
        cast({{ dbt.dateadd('day', '-' ~ var('send_time_holdout_days'), 'as_of_date') }} as timestamp) as holdout_start_at,
        -- A message that was delivered later may still be read today.
        cast({{ dbt.dateadd('day', -1, 'as_of_at') }} as timestamp) as settled_until_at
    from {{ ref('int_clock') }}

),

profiles as (

    select * from {{ ref('int_customer_profiles') }}

),

email_messages as (

    select * from {{ ref('fct_email_messages') }}
    where customer_id is not null

),

sessions as (

    select * from {{ ref('fct_sessions') }}
    where
        customer_id is not null
        and not is_bot

),

read_messages as (

    select
        customer_id,
        delivered_at,
        case
            when first_click_at is null or first_human_open_at < first_click_at then first_human_open_at
            else first_click_at
        end as read_at
    from email_messages

),

delivered_messages as (

    select
        read_messages.customer_id,
        'message' as contact_type,
        read_messages.delivered_at as contacted_at,
        read_messages.delivered_at >= clock.holdout_start_at as is_held_out,
        -- Hours of the clock that began in between, so that delivery and read lie in their own hours.
        cast(
            floor({{ epoch_micros('read_messages.read_at') }} / 3600000000.0)
            - floor({{ epoch_micros('read_messages.delivered_at') }} / 3600000000.0) as bigint
        ) as hours_until_read
    from read_messages
    cross join clock
    where
        read_messages.delivered_at >= clock.window_start_at
        and read_messages.delivered_at < clock.settled_until_at

),

visits as (

    select
        sessions.customer_id,
        'visit' as contact_type,
        sessions.session_started_at as contacted_at,
        sessions.session_started_at >= clock.holdout_start_at as is_held_out,
        cast(null as bigint) as hours_until_read
    from sessions
    cross join clock
    where
        sessions.session_started_at >= clock.window_start_at
        and sessions.session_started_at < clock.as_of_at

),

contacts as (

    select * from delivered_messages

    union all

    select * from visits

),

local_contacts as (

    select
        contacts.customer_id,
        contacts.contact_type,
        contacts.is_held_out,
        cast({{ local_hour('contacts.contacted_at', "coalesce(profiles.time_zone, 'UTC')") }} as bigint) as local_hour,
        case when contacts.hours_until_read between 0 and 23 then contacts.hours_until_read end as hours_until_read
    from contacts
    left join profiles
        on contacts.customer_id = profiles.customer_id

),

final as (

    select
        customer_id,
        contact_type,
        is_held_out,
        local_hour,
        hours_until_read,
        count(*) as contact_count
    from local_contacts
    group by
        customer_id,
        contact_type,
        is_held_out,
        local_hour,
        hours_until_read

)

select * from final
