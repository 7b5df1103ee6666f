{# Customers about whom something is new are worked out anew, from all of their events. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_key',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_trigger_event_inputs'), 'customer_key') }}",
        post_hook="{{ keep_inputs(ref('int_trigger_event_inputs'), 'customer_key') }}"
    )
}}
-- depends_on: {{ ref('int_trigger_event_inputs') }}

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
    {% if is_incremental() -%}
        and component_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

shopping_events as (

    select
        identity_map.component_key as customer_key,
        shopping_events.event_type,
        shopping_events.product_id,
        shopping_events.event_at,
        {{ epoch_micros('shopping_events.event_at') }} as event_micros,
        {{ event_order('shopping_events.event_at') }} as event_order
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join identity_map
        on shopping_events.identifier_key = identity_map.identifier_key
    cross join clock
    where
        not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

-- Two events of one stretch as long as the wait are never that far apart: stretches are what is sorted, and of each its two ends tell all.
stretches as (

    select
        policies.trigger_name,
        policies.minimum_count,
        policies.wait_minutes,
        shopping_events.customer_key,
        shopping_events.event_micros - shopping_events.event_micros % (policies.wait_minutes * 60000000) as stretch,
        min(shopping_events.event_at) as first_event_at,
        max(shopping_events.event_at) as last_event_at,
        max(shopping_events.event_order) as last_event_order,
        count(case when shopping_events.event_type = 'product_view' then 1 end) as view_count,
        count(case when shopping_events.event_type <> 'product_view' then 1 end) as cart_event_count
    from shopping_events
    cross join policies
    group by
        policies.trigger_name,
        policies.minimum_count,
        policies.wait_minutes,
        shopping_events.customer_key,
        shopping_events.event_micros - shopping_events.event_micros % (policies.wait_minutes * 60000000)

),

followed_stretches as (

    select
        *,
        lead(first_event_at) over (
            partition by trigger_name, customer_key
            order by stretch
        ) as next_event_at,
        sum(view_count) over (
            partition by trigger_name, customer_key
            order by stretch
            rows between unbounded preceding and current row
        ) as views_so_far,
        sum(cart_event_count) over (
            partition by trigger_name, customer_key
            order by stretch
            rows between unbounded preceding and current row
        ) as cart_events_so_far
    from stretches

),

-- A run of events ends when nothing follows for as long as the policy waits: all that is asked of the others is how many they are.
last_stretches as (

    select *
    from followed_stretches
    where
        next_event_at is null
        or {{ dbt.dateadd('minute', 'wait_minutes', 'last_event_at') }} <= next_event_at

),

counted_runs as (

    select
        *,
        views_so_far - lag(views_so_far, 1, 0) over (
            partition by trigger_name, customer_key
            order by stretch
        ) as run_view_count,
        cart_events_so_far - lag(cart_events_so_far, 1, 0) over (
            partition by trigger_name, customer_key
            order by stretch
        ) as run_cart_event_count
    from last_stretches

),

abandoned_runs as (

    select counted_runs.*
    from counted_runs
    cross join clock
    where
        counted_runs.run_cart_event_count = 0
        and counted_runs.run_view_count >= counted_runs.minimum_count
        and {{ dbt.dateadd('minute', 'counted_runs.wait_minutes', 'counted_runs.last_event_at') }} <= clock.as_of_at

),

final as (

    select
        abandoned_runs.trigger_name,
        abandoned_runs.customer_key,
        'product' as subject_type,
        shopping_events.product_id as subject_id,
        abandoned_runs.last_event_at as condition_started_at,
        {{ dbt.dateadd('minute', 'abandoned_runs.wait_minutes', 'abandoned_runs.last_event_at') }} as signalled_at,
        abandoned_runs.next_event_at as condition_ended_at
    from abandoned_runs
    inner join shopping_events
        on abandoned_runs.last_event_order = shopping_events.event_order

)

select * from final
