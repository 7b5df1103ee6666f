{{ config(materialized='incremental', incremental_strategy='replace_tail', unique_key='device_key', tail_column='chain_started_at') }}

with

{% if is_incremental() -%}
    new_pieces as (

        select
            device_key,
            min(first_event_at) as first_new_event_at
        from {{ ref('int_web_visit_pieces') }}
        where last_file_id > (select coalesce(max(this_model.last_file_id), 0) from {{ this }} as this_model)
        group by device_key

    ),

    -- New events can only touch chains that had not ended a gap earlier; those are read again from where they start.
    affected_devices as (

        select
            new_pieces.device_key,
            least(
                min(new_pieces.first_new_event_at),
                coalesce(min(this_model.chain_started_at), min(new_pieces.first_new_event_at))
            ) as affected_from
        from new_pieces
        left join {{ this }} as this_model
            on
                new_pieces.device_key = this_model.device_key
                and not ({{ is_after_a_gap('this_model.session_ended_at', 'new_pieces.first_new_event_at') }})
        group by new_pieces.device_key

    ),

{%- endif %}

-- Each pass reads the pieces anew: a shared subquery would be kept in memory with all of its columns.
-- Days of a device do not overlap, as pieces that came with different deliveries may.
device_days as (

    select
        pieces.device_key,
        pieces.event_date,
        count(*) as piece_count,
        min(pieces.first_event_at) as first_event_at,
        max(pieces.last_event_at) as last_event_at
    from {{ ref('int_web_visit_pieces') }} as pieces
    {% if is_incremental() -%}
        inner join affected_devices
            on
                pieces.device_key = affected_devices.device_key
                and pieces.first_event_at >= affected_devices.affected_from
    {%- endif %}
    group by
        pieces.device_key,
        pieces.event_date

),

ordered_days as (

    select
        *,
        lag(last_event_at) over (
            partition by device_key
            order by event_date
        ) as previous_end_at,
        lead(first_event_at) over (
            partition by device_key
            order by event_date
        ) as next_start_at
    from device_days

),

-- Nearly every piece is the only one of its day, far from others, and a session by itself: only the rest is put in order, columns and all.
joined_days as (

    select
        device_key,
        event_date
    from ordered_days
    where
        piece_count > 1
        or not ({{ is_after_a_gap('previous_end_at', 'first_event_at') }})
        or not ({{ is_after_a_gap('last_event_at', 'next_start_at') }})

),

joined_pieces as (

    select
        pieces.*,
        max(pieces.last_event_at) over (
            partition by pieces.device_key
            order by pieces.first_event_at, pieces.load_date, pieces.piece_number
            rows between unbounded preceding and 1 preceding
        ) as previous_end_at,
        lag(pieces.event_date) over (
            partition by pieces.device_key
            order by pieces.first_event_at, pieces.load_date, pieces.piece_number
        ) as previous_event_date
    from {{ ref('int_web_visit_pieces') }} as pieces
    {% if is_incremental() -%}
        inner join affected_devices
            on
                pieces.device_key = affected_devices.device_key
                and pieces.first_event_at >= affected_devices.affected_from
    {%- endif %}
    inner join joined_days
        on
            pieces.device_key = joined_days.device_key
            and pieces.event_date = joined_days.event_date

),

chain_starts as (

    select
        *,
        coalesce({{ is_after_a_gap('previous_end_at', 'first_event_at') }}, true) as is_chain_start
    from joined_pieces

),

chained_pieces as (

    select
        *,
        max(case when is_chain_start then first_event_at end) over (
            partition by device_key
            order by first_event_at, load_date, piece_number
            rows between unbounded preceding and current row
        ) as chain_started_at
    from chain_starts

),

long_chains as (

    select
        device_key,
        chain_started_at
    from chained_pieces
    group by
        device_key,
        chain_started_at
    having {{ epoch_micros('max(last_event_at)') }} - {{ epoch_micros('chain_started_at') }} > 24 * 3600000000

),

session_pieces as (

    select
        chained_pieces.*,
        case when long_chains.device_key is not null then chained_pieces.event_date end as cut_date,
        chained_pieces.is_chain_start
        or (long_chains.device_key is not null and chained_pieces.event_date <> chained_pieces.previous_event_date) as is_session_start
    from chained_pieces
    left join long_chains
        on
            chained_pieces.device_key = long_chains.device_key
            and chained_pieces.chain_started_at = long_chains.chain_started_at

),

joined_sessions as (

    select
        device_key,
        chain_started_at,
        cut_date,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(page_view_count) as bigint) as page_view_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(search_count) as bigint) as search_count,
        cast(sum(add_to_cart_count) as bigint) as add_to_cart_count,
        cast(sum(checkout_started_count) as bigint) as checkout_started_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        min(account_key) as account_key,
        min(first_event_at) as session_started_at,
        max(last_event_at) as session_ended_at,
        bool_or(is_bot) as has_bot_piece,
        max(last_loaded_at) as loaded_at,
        max(last_file_id) as last_file_id,
        max(case when is_session_start then anonymous_id end) as anonymous_id,
        max(case when is_session_start then device_type end) as device_type,
        max(case when is_session_start then browser end) as browser,
        max(case when is_session_start then utm_source end) as utm_source,
        max(case when is_session_start then utm_medium end) as utm_medium,
        max(case when is_session_start then utm_campaign end) as utm_campaign,
        max(case when is_session_start then referrer end) as referrer,
        max(case when is_session_start then landing_page_url end) as landing_page_url,
        max(case when is_session_start then geo_country end) as geo_country
    from session_pieces
    group by
        device_key,
        chain_started_at,
        cut_date

),

sessions as (

    select
        device_key,
        account_key,
        chain_started_at,
        session_started_at,
        session_ended_at,
        has_bot_piece,
        loaded_at,
        last_file_id,
        event_count,
        page_view_count,
        product_view_count,
        search_count,
        add_to_cart_count,
        checkout_started_count,
        purchase_count,
        anonymous_id,
        device_type,
        browser,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer,
        landing_page_url,
        geo_country
    from joined_sessions

    union all

    select
        pieces.device_key,
        pieces.account_key,
        pieces.first_event_at as chain_started_at,
        pieces.first_event_at as session_started_at,
        pieces.last_event_at as session_ended_at,
        pieces.is_bot as has_bot_piece,
        pieces.last_loaded_at as loaded_at,
        pieces.last_file_id,
        pieces.event_count,
        pieces.page_view_count,
        pieces.product_view_count,
        pieces.search_count,
        pieces.add_to_cart_count,
        pieces.checkout_started_count,
        pieces.purchase_count,
        pieces.anonymous_id,
        pieces.device_type,
        pieces.browser,
        pieces.utm_source,
        pieces.utm_medium,
        pieces.utm_campaign,
        pieces.referrer,
        pieces.landing_page_url,
        pieces.geo_country
    from {{ ref('int_web_visit_pieces') }} as pieces
    {% if is_incremental() -%}
        inner join affected_devices
            on
                pieces.device_key = affected_devices.device_key
                and pieces.first_event_at >= affected_devices.affected_from
    {%- endif %}
    where
        not exists (
            select 1
            from joined_days
            where
                joined_days.device_key = pieces.device_key
                and joined_days.event_date = pieces.event_date
        )

),

max_events as (

    select limit_value as max_events_per_session
    from {{ ref('bot_limits') }}
    where limit_name = 'max_events_per_session'

),

final as (

    select
        sessions.device_key,
        sessions.anonymous_id,
        sessions.account_key,
        sessions.chain_started_at,
        sessions.session_started_at,
        sessions.session_ended_at,
        sessions.event_count,
        sessions.page_view_count,
        sessions.product_view_count,
        sessions.search_count,
        sessions.add_to_cart_count,
        sessions.checkout_started_count,
        sessions.purchase_count,
        sessions.device_type,
        sessions.browser,
        sessions.utm_source,
        sessions.utm_medium,
        sessions.utm_campaign,
        sessions.referrer,
        sessions.landing_page_url,
        sessions.geo_country,
        sessions.loaded_at,
        sessions.last_file_id,
        cast(sessions.device_key as string) || '-' || cast({{ epoch_micros('sessions.session_started_at') }} as string) as session_id,
        cast(sessions.session_started_at as date) as session_date,
        cast(
            floor(({{ epoch_micros('sessions.session_ended_at') }} - {{ epoch_micros('sessions.session_started_at') }}) / 1000000) as bigint
        ) as duration_seconds,
        sessions.has_bot_piece or sessions.event_count > max_events.max_events_per_session as is_bot
    from sessions
    cross join max_events

)

select * from final
