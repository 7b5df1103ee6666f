with

decisions as (

    select
        customer_id,
        consent_event_id,
        status,
        cast(occurred_at as date) as decided_date,
        occurred_at
    from {{ ref('int_consent_decisions') }}
    where
        customer_id is not null
        and channel = 'email'
        and purpose = 'marketing'

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

email_events as (

    select
        email_key,
        event_at as stopped_at
    from {{ ref('int_email_events_classified') }}
    where event_type in ('hard_bounce', 'complaint', 'unsubscribe') and email_key is not null

),

suppressions as (

    select
        {{ identifier_key('email', 'email') }} as email_key,
        suppressed_at as stopped_at
    from {{ ref('stg_esp__suppressions') }}
    where email_as_given is not null

),

stops as (

    select * from email_events
    union all
    select * from suppressions

),

first_stops as (

    select
        identity_map.customer_id,
        cast(min(stops.stopped_at) as date) as stopped_date
    from stops
    inner join identity_map
        on stops.email_key = identity_map.identifier_key
    group by identity_map.customer_id

),

-- Of two decisions of one moment the withdrawal is the later one.
decisions_in_order as (

    select
        *,
        lead(decided_date) over (
            partition by customer_id
            order by occurred_at asc, case when status = 'withdrawn' then 1 else 0 end asc, consent_event_id asc
        ) as next_decided_date
    from decisions

),

final as (

    select
        decisions_in_order.customer_id,
        decisions_in_order.consent_event_id,
        decisions_in_order.decided_date as granted_date,
        case
            when
                first_stops.stopped_date is null
                or decisions_in_order.next_decided_date < first_stops.stopped_date
                then decisions_in_order.next_decided_date
            else first_stops.stopped_date
        end as ended_date
    from decisions_in_order
    left join first_stops
        on decisions_in_order.customer_id = first_stops.customer_id
    where
        decisions_in_order.status = 'granted'
        and (first_stops.stopped_date is null or decisions_in_order.decided_date < first_stops.stopped_date)

)

select * from final
