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

ordered_events as (

    select
        *,
        lag(event_at) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
        ) as previous_event_at,
        lead(event_at) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
        ) as next_event_at
    from shopping_events

),

-- A run of events ends when nothing follows for as long as the policy waits; its number is that of its first event.
numbered_events as (

    select
        *,
        sum(
            case
                when previous_event_at is null then 1
                when {{ dbt.dateadd('minute', 'wait_minutes', 'previous_event_at') }} <= event_at then 1
                else 0
            end
        ) over (
            partition by trigger_name, customer_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as run_number
    from ordered_events

),

counted_events as (

    select
        *,
        sum(case when event_type = 'product_view' then 1 else 0 end) over (
            partition by trigger_name, customer_id, run_number
        ) as view_count,
        sum(case when event_type <> 'product_view' then 1 else 0 end) over (
            partition by trigger_name, customer_id, run_number
        ) as cart_event_count,
        row_number() over (
            partition by trigger_name, customer_id, run_number
            order by event_at desc, _file_id desc, _row_number desc
        ) as rank_from_last
    from numbered_events

),

final as (

    select
        counted_events.trigger_name,
        counted_events.customer_id,
        'product' as subject_type,
        counted_events.product_id as subject_id,
        counted_events.event_at as condition_started_at,
        {{ dbt.dateadd('minute', 'counted_events.wait_minutes', 'counted_events.event_at') }} as signalled_at,
        counted_events.next_event_at as condition_ended_at
    from counted_events
    cross join clock
    where
        counted_events.rank_from_last = 1
        and counted_events.cart_event_count = 0
        and counted_events.view_count >= counted_events.minimum_count
        and {{ dbt.dateadd('minute', 'counted_events.wait_minutes', 'counted_events.event_at') }} <= clock.as_of_at

)

select * from final
