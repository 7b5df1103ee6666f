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

    select
        *,
        cast(window_minutes / 1440 as bigint) as baseline_days
    from {{ ref('trigger_policies') }}
    where condition = 'views_spiked'

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

product_views as (

    select
        identity_map.component_key as customer_key,
        shopping_events.event_date,
        shopping_events.event_at,
        shopping_events._file_id,
        shopping_events._row_number
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join identity_map
        on shopping_events.identifier_key = identity_map.identifier_key
    cross join clock
    where
        shopping_events.event_type = 'product_view'
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

view_days as (

    select
        customer_key,
        event_date,
        count(*) as view_count,
        min(event_at) as first_viewed_at
    from product_views
    group by
        customer_key,
        event_date

),

busy_days as (

    select
        policies.trigger_name,
        policies.minimum_count,
        policies.minimum_ratio,
        policies.baseline_days,
        view_days.customer_key,
        view_days.event_date,
        view_days.first_viewed_at
    from view_days
    cross join policies
    where view_days.view_count >= policies.minimum_count

),

-- Who was not there before has no baseline, and no spike against it.
baselines as (

    select
        busy_days.trigger_name,
        busy_days.minimum_count,
        busy_days.minimum_ratio,
        busy_days.baseline_days,
        busy_days.customer_key,
        busy_days.event_date,
        busy_days.first_viewed_at,
        sum(view_days.view_count) as baseline_view_count
    from busy_days
    inner join view_days
        on
            busy_days.customer_key = view_days.customer_key
            and busy_days.event_date > view_days.event_date
            and {{ days_between('view_days.event_date', 'busy_days.event_date') }} <= busy_days.baseline_days
    group by
        busy_days.trigger_name,
        busy_days.minimum_count,
        busy_days.minimum_ratio,
        busy_days.baseline_days,
        busy_days.customer_key,
        busy_days.event_date,
        busy_days.first_viewed_at

),

numbered_views as (

    select
        baselines.trigger_name,
        baselines.customer_key,
        baselines.minimum_count,
        baselines.minimum_ratio,
        baselines.baseline_days,
        baselines.baseline_view_count,
        baselines.first_viewed_at,
        product_views.event_at,
        row_number() over (
            partition by baselines.trigger_name, baselines.customer_key, baselines.event_date
            order by product_views.event_at, product_views._file_id, product_views._row_number
        ) as view_number
    from baselines
    inner join product_views
        on
            baselines.customer_key = product_views.customer_key
            and baselines.event_date = product_views.event_date

),

-- The view that reaches the limit is the moment; the others of the day say nothing new.
final as (

    select
        trigger_name,
        customer_key,
        'customer' as subject_type,
        'self' as subject_id,
        first_viewed_at as condition_started_at,
        cast(null as timestamp) as condition_ended_at,
        min(event_at) as signalled_at
    from numbered_views
    where
        view_number >= minimum_count
        and view_number * baseline_days >= minimum_ratio * baseline_view_count
    group by
        trigger_name,
        customer_key,
        first_viewed_at

)

select * from final
