{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='message_id') }}

with

messages as (

    select * from {{ ref('stg_esp__messages') }}

),

events as (

    select * from {{ ref('int_email_events_classified') }}

),

{% if is_incremental() -%}
    touched_messages as (

        select messages.message_id
        from messages
        where {{ landing_new_files_predicate('esp', 'messages', 'last_message_file_id') }}

        union

        select events.message_id
        from events
        where events._file_id > (select coalesce(max(this_model.last_event_file_id), 0) from {{ this }} as this_model)

    ),

{%- endif %}

events_by_message as (

    select
        message_id,
        min(case when event_type = 'delivered' then event_at end) as delivered_at,
        min(case when event_type = 'open' then event_at end) as first_open_at,
        min(case when event_type = 'open' and not is_machine_open then event_at end) as first_human_open_at,
        min(case when event_type = 'click' and not is_machine_click then event_at end) as first_click_at,
        min(case when event_type = 'hard_bounce' then event_at end) as hard_bounced_at,
        min(case when event_type = 'soft_bounce' then event_at end) as soft_bounced_at,
        min(case when event_type = 'complaint' then event_at end) as complained_at,
        min(case when event_type = 'unsubscribe' then event_at end) as unsubscribed_at,
        count(case when event_type = 'open' then 1 end) as open_count,
        count(case when event_type = 'open' and not is_machine_open then 1 end) as human_open_count,
        count(case when event_type = 'open' and is_machine_open then 1 end) as machine_open_count,
        count(case when event_type = 'click' and not is_machine_click then 1 end) as click_count,
        count(case when event_type = 'click' and is_machine_click then 1 end) as machine_click_count,
        max(_file_id) as last_event_file_id
    from events
    {% if is_incremental() -%}
        where message_id in (select touched_messages.message_id from touched_messages)
    {%- endif %}
    group by message_id

),

final as (

    select
        messages.message_id,
        messages.campaign_id,
        messages.variant,
        messages.email_key,
        messages.email_as_given,
        messages.sent_at,
        events_by_message.delivered_at,
        events_by_message.first_open_at,
        events_by_message.first_human_open_at,
        events_by_message.first_click_at,
        events_by_message.hard_bounced_at,
        events_by_message.soft_bounced_at,
        events_by_message.complained_at,
        events_by_message.unsubscribed_at,
        messages._loaded_at as loaded_at,
        messages._file_id as last_message_file_id,
        events_by_message.last_event_file_id,
        coalesce(events_by_message.open_count, 0) as open_count,
        coalesce(events_by_message.human_open_count, 0) as human_open_count,
        coalesce(events_by_message.machine_open_count, 0) as machine_open_count,
        coalesce(events_by_message.click_count, 0) as click_count,
        coalesce(events_by_message.machine_click_count, 0) as machine_click_count
    from messages
    left join events_by_message
        on messages.message_id = events_by_message.message_id
    {% if is_incremental() -%}
        where messages.message_id in (select touched_messages.message_id from touched_messages)
    {%- endif %}

)

select * from final
