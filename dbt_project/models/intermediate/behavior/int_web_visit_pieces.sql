{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}

with

events as (

    select * from {{ ref('stg_web__events') }}
    where
        not is_too_late
    {% if is_incremental() %}
        and load_date in (
            select new_events.load_date
            from {{ ref('stg_web__events') }} as new_events
            where new_events._file_id > (select coalesce(max(this_model.last_file_id), 0) from {{ this }} as this_model)
        )
    {% endif %}

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

-- Only what sorting needs goes through the sort: integers and times. Texts are fetched for the first event of a piece afterwards.
narrow_events as (

    select
        {{ identifier_key('anonymous_id', 'anonymous_id') }} as device_key,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        event_date,
        load_date,
        event_at,
        event_type,
        cast(dwell_seconds as decimal(18, 3)) as dwell_seconds,
        _loaded_at,
        _file_id,
        _row_number
    from events

),

gaps as (

    select
        *,
        lag(event_at) over (
            partition by device_key, event_date, load_date
            order by event_at, _file_id, _row_number
        ) as previous_event_at
    from narrow_events

),

starts as (

    select
        *,
        case
            when previous_event_at is null then 1
            when {{ is_after_a_gap('previous_event_at', 'event_at') }} then 1
            else 0
        end as is_piece_start
    from gaps

),

numbered as (

    select
        *,
        sum(is_piece_start) over (
            partition by device_key, event_date, load_date
            order by event_at, _file_id, _row_number
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
        max(case when is_piece_start = 1 then _file_id end) as start_file_id,
        max(case when is_piece_start = 1 then _row_number end) as start_row_number
    from numbered
    group by
        device_key,
        event_date,
        load_date,
        piece_number

),

user_agents as (

    select distinct user_agent
    from events

),

bots_by_name as (

    select distinct user_agents.user_agent
    from user_agents
    inner join bot_user_agents
        on lower(user_agents.user_agent) like bot_user_agents.like_pattern

),

described_pieces as (

    select
        pieces.*,
        events.anonymous_id,
        events.device_type,
        events.browser,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.referrer,
        events.page_url as landing_page_url,
        events.geo_country,
        bots_by_name.user_agent is not null as has_bot_user_agent
    from pieces
    inner join events
        on
            pieces.start_file_id = events._file_id
            and pieces.start_row_number = events._row_number
    left join bots_by_name
        on events.user_agent = bots_by_name.user_agent

),

bot_days as (

    select
        described_pieces.device_key,
        described_pieces.event_date,
        described_pieces.load_date
    from described_pieces
    cross join bot_limits
    group by
        described_pieces.device_key,
        described_pieces.event_date,
        described_pieces.load_date
    having
        bool_or(described_pieces.has_bot_user_agent)
        or sum(described_pieces.event_count) > max(bot_limits.max_events_per_device_day)
        or bool_or(
            described_pieces.event_count >= bot_limits.min_events_for_rate
            and described_pieces.event_count * 60000000
            > bot_limits.max_events_per_minute
            * ({{ epoch_micros('described_pieces.last_event_at') }} - {{ epoch_micros('described_pieces.first_event_at') }})
        )

),

final as (

    select
        described_pieces.device_key,
        described_pieces.event_date,
        described_pieces.load_date,
        described_pieces.piece_number,
        described_pieces.anonymous_id,
        described_pieces.account_key,
        described_pieces.first_event_at,
        described_pieces.last_event_at,
        described_pieces.event_count,
        described_pieces.page_view_count,
        described_pieces.product_view_count,
        described_pieces.search_count,
        described_pieces.add_to_cart_count,
        described_pieces.checkout_started_count,
        described_pieces.purchase_count,
        described_pieces.dwell_seconds,
        described_pieces.last_product_view_at,
        described_pieces.device_type,
        described_pieces.browser,
        described_pieces.utm_source,
        described_pieces.utm_medium,
        described_pieces.utm_campaign,
        described_pieces.referrer,
        described_pieces.landing_page_url,
        described_pieces.geo_country,
        described_pieces.first_loaded_at,
        described_pieces.last_loaded_at,
        described_pieces.last_file_id,
        bot_days.device_key is not null as is_bot
    from described_pieces
    left join bot_days
        on
            described_pieces.device_key = bot_days.device_key
            and described_pieces.event_date = bot_days.event_date
            and described_pieces.load_date = bot_days.load_date

)

select * from final
