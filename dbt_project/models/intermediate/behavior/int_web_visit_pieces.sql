{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{%- set touched_dates = landing_touched_dates(load_dates, 'web', 'events', 'last_file_id') -%}

with

{% if is_incremental() -%}
    touched_load_dates as (

        {{ touched_dates }}

    ),

{%- endif %}

-- Each pass reads the events anew: a shared subquery would be kept in memory with all of its columns.
events as (

    select
        anonymous_id,
        event_date,
        load_date,
        event_at,
        event_type,
        _loaded_at,
        _file_id,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        cast(dwell_seconds as decimal(18, 3)) as dwell_seconds,
        {{ event_order('event_at') }} as event_order
    from {{ ref('stg_web__events') }}
    where
        not is_too_late
    {% if is_incremental() -%}
        and {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
        and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

-- A device's day that spans no more than the gap is one piece, and most are: nothing is sorted for them.
device_days as (

    select
        anonymous_id,
        event_date,
        load_date,
        {{ visit_measures() }}
    from events
    group by
        anonymous_id,
        event_date,
        load_date

),

long_days as (

    select
        anonymous_id,
        event_date,
        load_date
    from device_days
    where {{ is_after_a_gap('first_event_at', 'last_event_at') }}

),

-- Semi-joins also tell the engine that pieces are fewer than events, so that it keeps the pieces in memory when it fetches texts.
events_of_long_days as (

    select
        anonymous_id,
        event_date,
        load_date,
        event_at,
        event_type,
        _loaded_at,
        _file_id,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        cast(dwell_seconds as decimal(18, 3)) as dwell_seconds,
        {{ event_order('event_at') }} as event_order
    from {{ ref('stg_web__events') }} as web_events
    where
        not is_too_late
        and exists (
            select 1
            from long_days
            where
                long_days.anonymous_id = web_events.anonymous_id
                and long_days.event_date = web_events.event_date
                and long_days.load_date = web_events.load_date
        )
    {% if is_incremental() -%}
        and {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
        and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

ordered_events as (

    select
        *,
        count(*) over (partition by anonymous_id, event_date, load_date) as device_day_event_count,
        lag(event_at) over (
            partition by anonymous_id, event_date, load_date
            order by event_order
        ) as previous_event_at
    from events_of_long_days

),

numbered_events as (

    select
        *,
        1 + sum(case when {{ is_after_a_gap('previous_event_at', 'event_at') }} then 1 else 0 end) over (
            partition by anonymous_id, event_date, load_date
            order by event_order
            rows between unbounded preceding and current row
        ) as piece_number
    from ordered_events

),

pieces_of_long_days as (

    select
        anonymous_id,
        event_date,
        load_date,
        cast(piece_number as bigint) as piece_number,
        max(device_day_event_count) as device_day_event_count,
        {{ visit_measures() }}
    from numbered_events
    group by
        anonymous_id,
        event_date,
        load_date,
        piece_number

),

pieces as (

    select
        anonymous_id,
        event_date,
        load_date,
        cast(1 as bigint) as piece_number,
        event_count as device_day_event_count,
        account_key,
        first_event_at,
        last_event_at,
        event_count,
        page_view_count,
        product_view_count,
        search_count,
        add_to_cart_count,
        checkout_started_count,
        purchase_count,
        dwell_seconds,
        last_product_view_at,
        first_loaded_at,
        last_loaded_at,
        last_file_id,
        {{ event_position('first_event_order', 'first_event_at') }} as first_event_position
    from device_days
    where
        not exists (
            select 1
            from long_days
            where
                long_days.anonymous_id = device_days.anonymous_id
                and long_days.event_date = device_days.event_date
                and long_days.load_date = device_days.load_date
        )

    union all

    select
        anonymous_id,
        event_date,
        load_date,
        piece_number,
        device_day_event_count,
        account_key,
        first_event_at,
        last_event_at,
        event_count,
        page_view_count,
        product_view_count,
        search_count,
        add_to_cart_count,
        checkout_started_count,
        purchase_count,
        dwell_seconds,
        last_product_view_at,
        first_loaded_at,
        last_loaded_at,
        last_file_id,
        {{ event_position('first_event_order', 'first_event_at') }} as first_event_position
    from pieces_of_long_days

),

event_texts as (

    select
        device_type,
        browser,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer,
        page_url,
        geo_country,
        user_agent,
        {{ event_position() }} as event_position
    from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where
            {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
            and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

user_agents as (

    select distinct user_agent
    from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
    {%- endif %}

),

bot_user_agents as (

    select * from {{ ref('bot_user_agents') }}

),

bot_limits as (

    select
        max(case when limit_name = 'max_events_per_device_day' then limit_value end) as max_events_per_device_day,
        max(case when limit_name = 'max_events_per_minute' then limit_value end) as max_events_per_minute,
        max(case when limit_name = 'min_events_for_rate' then limit_value end) as min_events_for_rate
    from {{ ref('bot_limits') }}

),

bots_by_name as (

    select distinct user_agents.user_agent
    from user_agents
    inner join bot_user_agents
        on lower(user_agents.user_agent) like bot_user_agents.like_pattern

),

final as (

    select
        pieces.anonymous_id,
        {{ identifier_key('anonymous_id', 'pieces.anonymous_id') }} as device_key,
        pieces.event_date,
        pieces.load_date,
        pieces.piece_number,
        pieces.account_key,
        pieces.first_event_at,
        pieces.last_event_at,
        pieces.event_count,
        pieces.page_view_count,
        pieces.product_view_count,
        pieces.search_count,
        pieces.add_to_cart_count,
        pieces.checkout_started_count,
        pieces.purchase_count,
        pieces.dwell_seconds,
        pieces.last_product_view_at,
        event_texts.device_type,
        event_texts.browser,
        event_texts.utm_source,
        event_texts.utm_medium,
        event_texts.utm_campaign,
        event_texts.referrer,
        event_texts.page_url as landing_page_url,
        event_texts.geo_country,
        pieces.first_loaded_at,
        pieces.last_loaded_at,
        pieces.last_file_id,
        bots_by_name.user_agent is not null
        or pieces.device_day_event_count > bot_limits.max_events_per_device_day
        or (
            pieces.event_count >= bot_limits.min_events_for_rate
            and pieces.event_count * 60000000
            > bot_limits.max_events_per_minute * ({{ epoch_micros('pieces.last_event_at') }} - {{ epoch_micros('pieces.first_event_at') }})
        ) as is_bot
    from pieces
    inner join event_texts
        on pieces.first_event_position = event_texts.event_position
    left join bots_by_name
        on event_texts.user_agent = bots_by_name.user_agent
    cross join bot_limits

)

select * from final
