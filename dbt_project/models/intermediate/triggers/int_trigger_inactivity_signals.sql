with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition = 'activity_stopped'

),

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

order_customers as (

    select * from {{ ref('int_order_customers') }}
    where customer_id is not null

),

-- Days without a visit are longer than any visit: of each day its two ends tell all that a policy of a day or more asks.
identifier_activity as (

    select
        web_days.identifier_key,
        web_days.first_event_at as activity_at
    from {{ ref('int_web_days') }} as web_days
    cross join clock
    where
        not web_days.is_bot
        and web_days.event_date < clock.as_of_date

    union all

    select
        web_days.identifier_key,
        web_days.last_event_at as activity_at
    from {{ ref('int_web_days') }} as web_days
    cross join clock
    where
        not web_days.is_bot
        and web_days.event_date < clock.as_of_date

    union all

    select
        email_events.email_key as identifier_key,
        email_events.event_at as activity_at
    from {{ ref('int_email_events_classified') }} as email_events
    cross join clock
    where
        email_events.email_key is not null
        and email_events.event_type in ('open', 'click')
        and not email_events.is_machine_open
        and not email_events.is_machine_click
        and email_events.event_at < clock.as_of_at

),

activity as (

    select
        identity_map.component_key as customer_key,
        identifier_activity.activity_at
    from identifier_activity
    inner join identity_map
        on identifier_activity.identifier_key = identity_map.identifier_key

    union all

    select
        order_customers.customer_key,
        orders.ordered_at as activity_at
    from {{ ref('int_orders_priced') }} as orders
    inner join order_customers
        on orders.order_id = order_customers.order_id
    cross join clock
    where
        not orders.is_credit_note
        and orders.ordered_at < clock.as_of_at

),

-- Two activities at one moment are a pause of no time.
ordered_activity as (

    select
        customer_key,
        activity_at,
        lead(activity_at) over (
            partition by customer_key
            order by activity_at
        ) as next_activity_at
    from activity

),

final as (

    select
        policies.trigger_name,
        ordered_activity.customer_key,
        'customer' as subject_type,
        'self' as subject_id,
        ordered_activity.activity_at as condition_started_at,
        {{ dbt.dateadd('minute', 'policies.wait_minutes', 'ordered_activity.activity_at') }} as signalled_at,
        ordered_activity.next_activity_at as condition_ended_at
    from ordered_activity
    cross join policies
    cross join clock
    where
        {{ dbt.dateadd('minute', 'policies.wait_minutes', 'ordered_activity.activity_at') }}
        <= coalesce(ordered_activity.next_activity_at, clock.as_of_at)

)

select * from final
