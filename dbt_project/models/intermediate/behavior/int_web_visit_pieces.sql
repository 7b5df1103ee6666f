{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{%- set touched_dates = landing_touched_dates(load_dates, 'web', 'events', 'last_file_id') -%}

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
        event_date,
        load_date,
        event_at,
        event_type,
        _loaded_at,
        _file_id,
        {{ identifier_key('anonymous_id', 'anonymous_id') }} as device_key,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        cast(dwell_seconds as decimal(18, 3)) as dwell_seconds,
        {{ epoch_micros('event_at') }} as event_micros,
        {{ event_order('event_at') }} as event_order
    from touched_events
    where not is_too_late

),

-- Events of a device that lie in one stretch as long as the gap have none between them: less than a quarter of the rows is left to sort.
chunks as (

    select
        device_key,
        event_date,
        load_date,
        sum(dwell_seconds) as dwell_seconds,
        min(account_key) as account_key,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as event_count,
        count(case when event_type = 'page_view' then 1 end) as page_view_count,
        count(case when event_type = 'product_view' then 1 end) as product_view_count,
        count(case when event_type = 'search' then 1 end) as search_count,
        count(case when event_type = 'add_to_cart' then 1 end) as add_to_cart_count,
        count(case when event_type = 'checkout_started' then 1 end) as checkout_started_count,
        count(case when event_type = 'purchase' then 1 end) as purchase_count,
        max(case when event_type = 'product_view' then event_at end) as last_product_view_at,
        min(_loaded_at) as first_loaded_at,
        max(_loaded_at) as last_loaded_at,
        max(_file_id) as last_file_id,
        min(event_order) as first_event_order
    from events
    group by
        device_key,
        event_date,
        load_date,
        event_micros - event_micros % ({{ var('session_gap_minutes') }} * 60000000)

),

event_texts as (

    select
        anonymous_id,
        device_type,
        browser,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer,
        page_url,
        geo_country,
        user_agent,
        {{ event_order('event_at') }} as event_order
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

ordered_chunks as (

    select
        *,
        lag(last_event_at) over (
            partition by device_key, event_date, load_date
            order by first_event_at
        ) as previous_event_at,
        sum(event_count) over (
            partition by device_key, event_date, load_date
        ) as device_day_event_count
    from chunks

),

starts as (

    select
        *,
        case
            when previous_event_at is null then 1
            when {{ is_after_a_gap('previous_event_at', 'first_event_at') }} then 1
            else 0
        end as is_piece_start
    from ordered_chunks

),

numbered_chunks as (

    select
        *,
        sum(is_piece_start) over (
            partition by device_key, event_date, load_date
            order by first_event_at
            rows between unbounded preceding and current row
        ) as piece_number
    from starts

),

pieces as (

    select
        device_key,
        event_date,
        load_date,
        cast(piece_number as bigint) as piece_number,
        cast(coalesce(sum(dwell_seconds), 0) as decimal(18, 3)) as dwell_seconds,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(page_view_count) as bigint) as page_view_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(search_count) as bigint) as search_count,
        cast(sum(add_to_cart_count) as bigint) as add_to_cart_count,
        cast(sum(checkout_started_count) as bigint) as checkout_started_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        min(account_key) as account_key,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        max(last_product_view_at) as last_product_view_at,
        max(device_day_event_count) as device_day_event_count,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(last_file_id) as last_file_id,
        min(first_event_order) as first_event_order
    from numbered_chunks
    group by
        device_key,
        event_date,
        load_date,
        piece_number

),

final as (

    select
        pieces.device_key,
        pieces.event_date,
        pieces.load_date,
        pieces.piece_number,
        event_texts.anonymous_id,
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
        on pieces.first_event_order = event_texts.event_order
    left join bots_by_name
        on event_texts.user_agent = bots_by_name.user_agent
    cross join bot_limits

)

select * from final
