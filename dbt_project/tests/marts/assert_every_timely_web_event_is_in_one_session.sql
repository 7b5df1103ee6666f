with

events as (

    select
        count(*) as event_count,
        count(case when event_type = 'purchase' then 1 end) as purchase_count
    from {{ ref('stg_web__events') }}
    where not is_too_late

),

sessions as (

    select
        coalesce(sum(event_count), 0) as event_count,
        coalesce(sum(purchase_count), 0) as purchase_count
    from {{ ref('fct_sessions') }}

)

select
    events.event_count,
    sessions.event_count as session_event_count,
    events.purchase_count,
    sessions.purchase_count as session_purchase_count
from events
cross join sessions
where
    events.event_count <> sessions.event_count
    or events.purchase_count <> sessions.purchase_count
