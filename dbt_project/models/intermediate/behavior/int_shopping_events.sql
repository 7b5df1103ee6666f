{# Stored, although it repeats events: five models look at single events, and each would join events and bots again. #}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{%- set touched_dates = landing_touched_dates(load_dates, 'web', 'events') -%}

with

{% if is_incremental() -%}
    touched_load_dates as (

        {{ touched_dates }}

    ),

{%- endif %}

touched_events as (

    select * from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where
            {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
            and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

events as (

    select
        {{ identifier_key('anonymous_id', 'anonymous_id') }} as device_key,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        event_type,
        event_at,
        event_date,
        load_date,
        product_id,
        cart_id,
        coalesce(quantity, 1) as quantity,
        _file_id,
        _row_number
    from touched_events
    where
        not is_too_late
        and (
            (event_type = 'product_view' and product_id is not null)
            or (event_type in ('add_to_cart', 'remove_from_cart', 'checkout_started', 'purchase') and cart_id is not null)
        )

),

bot_visits as (

    select
        device_key,
        event_date,
        load_date,
        first_event_at,
        last_event_at
    from {{ ref('int_web_visit_pieces') }}
    where is_bot

),

final as (

    select
        events.device_key,
        events.account_key,
        events.event_type,
        events.event_at,
        events.event_date,
        events.load_date,
        events._file_id,
        events._row_number,
        coalesce(events.account_key, events.device_key) as identifier_key,
        case when events.event_type in ('product_view', 'add_to_cart', 'remove_from_cart') then events.product_id end as product_id,
        case when events.event_type <> 'product_view' then events.cart_id end as cart_id,
        case when events.event_type in ('add_to_cart', 'remove_from_cart') then events.quantity end as quantity,
        bot_visits.device_key is not null as is_bot
    from events
    left join bot_visits
        on
            events.device_key = bot_visits.device_key
            and events.event_date = bot_visits.event_date
            and events.load_date = bot_visits.load_date
            and events.event_at >= bot_visits.first_event_at
            and events.event_at <= bot_visits.last_event_at

)

select * from final
