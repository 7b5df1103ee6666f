{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{#- A message that is delivered after its events, with an earlier load time, tells how to read them. -#}
{%- set touched_dates %}
    {{ landing_touched_dates(load_dates, 'esp', 'messages', 'last_message_file_id') }}

    union

    select events.load_date
    from {{ ref('int_email_events_classified') }} as events
    where
        events._file_id > (select coalesce(max(this_model.last_event_file_id), 0) from {{ this }} as this_model)
        or events.message_file_id > (select coalesce(max(this_model.last_message_file_id), 0) from {{ this }} as this_model)
{%- endset %}

with

events as (

    select
        email_key,
        event_date,
        load_date,
        event_type,
        is_machine_open,
        is_machine_click,
        event_at,
        _file_id as event_file_id,
        cast(null as bigint) as message_file_id
    from {{ ref('int_email_events_classified') }}
    where email_key is not null

),

delivered_messages as (

    select * from {{ ref('stg_esp__messages') }}
    {% if is_incremental() -%}
        where {{ landing_touched_files_predicate(load_dates, 'esp', 'messages', touched_dates) }}
    {%- endif %}

),

messages as (

    select
        email_key,
        cast(sent_at as date) as event_date,
        cast(_loaded_at as date) as load_date,
        'sent' as event_type,
        false as is_machine_open,
        false as is_machine_click,
        sent_at as event_at,
        cast(null as bigint) as event_file_id,
        _file_id as message_file_id
    from delivered_messages
    where email_key is not null

),

email_activity as (

    select * from events

    union all

    select * from messages

),

{% if is_incremental() -%}
    touched_load_dates as (

        {{ touched_dates }}

    ),

{%- endif %}

final as (

    select
        email_key as identifier_key,
        event_date,
        load_date,
        count(case when event_type = 'sent' then 1 end) as sent_count,
        count(case when event_type = 'delivered' then 1 end) as delivered_count,
        count(case when event_type = 'open' and not is_machine_open then 1 end) as human_open_count,
        count(case when event_type = 'open' and is_machine_open then 1 end) as machine_open_count,
        count(case when event_type = 'click' and not is_machine_click then 1 end) as click_count,
        count(case when event_type = 'click' and is_machine_click then 1 end) as machine_click_count,
        count(case when event_type in ('hard_bounce', 'soft_bounce') then 1 end) as bounce_count,
        count(case when event_type = 'unsubscribe' then 1 end) as unsubscribe_count,
        count(case when event_type = 'complaint' then 1 end) as complaint_count,
        max(case when event_type = 'open' and not is_machine_open then event_at end) as last_human_open_at,
        max(case when event_type = 'click' and not is_machine_click then event_at end) as last_click_at,
        max(event_file_id) as last_event_file_id,
        max(message_file_id) as last_message_file_id
    from email_activity
    {% if is_incremental() -%}
        where load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}
    group by
        email_key,
        event_date,
        load_date

)

select * from final
