with

clock as (

    select * from {{ ref('int_clock') }}

),

sessions as (

    select
        sessions.customer_id,
        coalesce(sessions.device_type, 'unknown') as device_type,
        {{ local_hour('sessions.session_started_at', "coalesce(profiles.time_zone, 'UTC')") }} as local_hour
    from {{ ref('fct_sessions') }} as sessions
    left join {{ ref('int_customer_profiles') }} as profiles
        on sessions.customer_id = profiles.customer_id
    cross join clock
    where
        sessions.customer_id is not null
        and not sessions.is_bot
        and sessions.session_started_at < clock.as_of_at
        and sessions.session_date >= {{ dbt.dateadd('day', '-' ~ var('habit_window_days'), 'clock.as_of_date') }}

),

device_counts as (

    select
        customer_id,
        device_type,
        count(*) as session_count
    from sessions
    group by
        customer_id,
        device_type

),

hour_counts as (

    select
        customer_id,
        local_hour,
        count(*) as session_count
    from sessions
    group by
        customer_id,
        local_hour

),

ranked_devices as (

    select
        customer_id,
        device_type,
        row_number() over (partition by customer_id order by session_count desc, device_type asc) as device_rank
    from device_counts

),

ranked_hours as (

    select
        customer_id,
        local_hour,
        row_number() over (partition by customer_id order by session_count desc, local_hour asc) as hour_rank
    from hour_counts

),

final as (

    select
        ranked_devices.customer_id,
        ranked_devices.device_type as preferred_device_type,
        cast(ranked_hours.local_hour as bigint) as preferred_local_hour
    from ranked_devices
    inner join ranked_hours
        on ranked_devices.customer_id = ranked_hours.customer_id
    where
        ranked_devices.device_rank = 1
        and ranked_hours.hour_rank = 1

)

select * from final
