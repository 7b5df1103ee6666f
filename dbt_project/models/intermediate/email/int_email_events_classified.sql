{# Stored, although it repeats most of the events: three models and their tests would each join events and messages again. #}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{#- A message that is delivered after its events, with an earlier load time, tells how to read them: those that had none. -#}
{%- set touched_dates %}
    {{ landing_touched_dates(load_dates, 'esp', 'events') }}

    union

    select this_model.load_date
    from {{ this }} as this_model
    where
        this_model.message_file_id is null
        and this_model.message_id in (
            select new_messages.message_id
            from {{ ref('stg_esp__messages') }} as new_messages
            where {{ landing_new_files_predicate('esp', 'messages', 'message_file_id') if is_incremental() else 'true' }}
        )
{%- endset %}

with

timely_events as (

    select * from {{ ref('stg_esp__events') }}
    where not is_too_late

),

messages as (

    select * from {{ ref('stg_esp__messages') }}

),

{% if is_incremental() -%}
    touched_load_dates as (

        {{ touched_dates }}

    ),

{%- endif %}

events as (

    select * from timely_events
    {% if is_incremental() -%}
        where
            {{ landing_touched_files_predicate(load_dates, 'esp', 'events', touched_dates) }}
            and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

machine_open_rules as (

    select * from {{ ref('machine_open_rules') }}

),

clients as (

    select distinct
        event_type,
        user_agent,
        ip_class
    from events
    where event_type in ('open', 'click')

),

-- One row per kind of client that a rule names: its opens or clicks are a machine's when they come within so many seconds of the
-- send; always, when the rule sets no limit.
machine_clients as (

    select
        clients.event_type,
        clients.user_agent,
        clients.ip_class,
        max(coalesce(machine_open_rules.max_seconds_after_send, 999999999)) as max_seconds_after_send
    from clients
    inner join machine_open_rules
        on
            clients.event_type = machine_open_rules.event_type
            and (machine_open_rules.user_agent_pattern is null or lower(clients.user_agent) like machine_open_rules.user_agent_pattern)
            and (machine_open_rules.ip_class is null or clients.ip_class = machine_open_rules.ip_class)
    group by
        clients.event_type,
        clients.user_agent,
        clients.ip_class

),

judged_events as (

    select
        events.message_id,
        events.event_type,
        coalesce(events.email_key, messages.email_key) as email_key,
        events.event_at,
        events.event_date,
        events.load_date,
        coalesce(
            {{ epoch_micros('events.event_at') }} - {{ epoch_micros('messages.sent_at') }}
            <= machine_clients.max_seconds_after_send * 1000000,
            machine_clients.max_seconds_after_send = 999999999,
            false
        ) as is_machine,
        events._loaded_at,
        events._file_id,
        events._row_number,
        messages._file_id as message_file_id
    from events
    left join messages
        on
            events.message_id = messages.message_id
            and events._loaded_at >= messages._loaded_at
    left join machine_clients
        on
            events.event_type = machine_clients.event_type
            and coalesce(events.user_agent, '') = coalesce(machine_clients.user_agent, '')
            and coalesce(events.ip_class, '') = coalesce(machine_clients.ip_class, '')

),

final as (

    select
        message_id,
        event_type,
        email_key,
        event_at,
        event_date,
        load_date,
        _loaded_at,
        _file_id,
        _row_number,
        message_file_id,
        event_type = 'open' and is_machine as is_machine_open,
        event_type = 'click' and is_machine as is_machine_click
    from judged_events

)

select * from final
