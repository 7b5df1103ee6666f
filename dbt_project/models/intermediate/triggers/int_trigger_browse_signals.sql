with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition = 'browsing_stopped'

),

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

shopping_events as (

    select
        policies.trigger_name,
        policies.minimum_count,
        policies.wait_minutes,
        identity_map.customer_id,
        shopping_events.event_type,
        shopping_events.product_id,
        shopping_events.event_at,
        shopping_events._file_id,
        shopping_events._row_number
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join identity_map
        on shopping_events.identifier_key = identity_map.identifier_key
    cross join clock
    cross join policies
    where
        not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

followed_events as (

    select
        *,
        lead(event_at) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
        ) as next_event_at,
        sum(case when event_type = 'product_view' then 1 else 0 end) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as views_so_far,
        sum(case when event_type <> 'product_view' then 1 else 0 end) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as cart_events_so_far
    from shopping_events

),

-- A run of events ends when nothing follows for as long as the policy waits: all that is asked of the others is how many they are.
last_events as (

    select *
    from followed_events
    where
        next_event_at is null
        or {{ dbt.dateadd('minute', 'wait_minutes', 'event_at') }} <= next_event_at

),

counted_runs as (

    select
        *,
        views_so_far - lag(views_so_far, 1, 0) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
        ) as view_count,
        cart_events_so_far - lag(cart_events_so_far, 1, 0) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
        ) as cart_event_count
    from last_events

),

final as (

    select
        counted_runs.trigger_name,
        counted_runs.customer_id,
        'product' as subject_type,
        counted_runs.product_id as subject_id,
        counted_runs.event_at as condition_started_at,
        {{ dbt.dateadd('minute', 'counted_runs.wait_minutes', 'counted_runs.event_at') }} as signalled_at,
        counted_runs.next_event_at as condition_ended_at
    from counted_runs
    cross join clock
    where
        counted_runs.cart_event_count = 0
        and counted_runs.view_count >= counted_runs.minimum_count
        and {{ dbt.dateadd('minute', 'counted_runs.wait_minutes', 'counted_runs.event_at') }} <= clock.as_of_at

)

select * from final
