with

events as (

    select
        count(case when events.event_type = 'open' then 1 end) as open_count,
        count(case when events.event_type = 'click' then 1 end) as click_count
    from {{ ref('stg_esp__events') }} as events
    inner join {{ ref('stg_esp__messages') }} as messages
        on events.message_id = messages.message_id
    where
        not events.is_too_late
        and events.event_type in ('open', 'click')

),

messages as (

    select
        coalesce(sum(open_count), 0) as open_count,
        coalesce(sum(click_count + machine_click_count), 0) as click_count
    from {{ ref('fct_email_messages') }}

)

select
    events.open_count,
    messages.open_count as message_open_count,
    events.click_count,
    messages.click_count as message_click_count
from events
cross join messages
where
    events.open_count <> messages.open_count
    or events.click_count <> messages.click_count
