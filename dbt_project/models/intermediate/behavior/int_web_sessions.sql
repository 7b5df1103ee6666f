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

-- Texts do not go through the sort; those of the first piece are fetched afterwards.
pieces as (

    select
        visit_pieces.device_key,
        visit_pieces.event_date,
        visit_pieces.load_date,
        visit_pieces.piece_number,
        visit_pieces.account_key,
        visit_pieces.first_event_at,
        visit_pieces.last_event_at,
        visit_pieces.event_count,
        visit_pieces.page_view_count,
        visit_pieces.product_view_count,
        visit_pieces.search_count,
        visit_pieces.add_to_cart_count,
        visit_pieces.checkout_started_count,
        visit_pieces.purchase_count,
        visit_pieces.is_bot,
        visit_pieces.last_loaded_at,
        visit_pieces.last_file_id
    from {{ ref('int_web_visit_pieces') }} as visit_pieces
    {% if is_incremental() -%}
        inner join affected_devices
            on
                visit_pieces.device_key = affected_devices.device_key
                and visit_pieces.first_event_at >= affected_devices.affected_from
    {%- endif %}

),

piece_texts as (

    select
        device_key,
        event_date,
        load_date,
        piece_number,
        anonymous_id,
        device_type,
        browser,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer,
        landing_page_url,
        geo_country
    from {{ ref('int_web_visit_pieces') }}

),

max_events as (

    select limit_value as max_events_per_session
    from {{ ref('bot_limits') }}
    where limit_name = 'max_events_per_session'

),

ordered_pieces as (

    select
        *,
        max(last_event_at) over (
            partition by device_key
            order by first_event_at, load_date, piece_number
            rows between unbounded preceding and 1 preceding
        ) as previous_end_at,
        lag(event_date) over (
            partition by device_key
            order by first_event_at, load_date, piece_number
        ) as previous_event_date
    from pieces

),

chain_starts as (

    select
        *,
        coalesce({{ is_after_a_gap('previous_end_at', 'first_event_at') }}, true) as is_chain_start
    from ordered_pieces

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

sessions as (

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
        max(case when is_session_start then event_date end) as start_event_date,
        max(case when is_session_start then load_date end) as start_load_date,
        max(case when is_session_start then piece_number end) as start_piece_number
    from session_pieces
    group by
        device_key,
        chain_started_at,
        cut_date

),

final as (

    select
        sessions.device_key,
        piece_texts.anonymous_id,
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
        piece_texts.device_type,
        piece_texts.browser,
        piece_texts.utm_source,
        piece_texts.utm_medium,
        piece_texts.utm_campaign,
        piece_texts.referrer,
        piece_texts.landing_page_url,
        piece_texts.geo_country,
        sessions.loaded_at,
        sessions.last_file_id,
        cast(sessions.device_key as string) || '-' || cast({{ epoch_micros('sessions.session_started_at') }} as string) as session_id,
        cast(sessions.session_started_at as date) as session_date,
        cast(
            floor(({{ epoch_micros('sessions.session_ended_at') }} - {{ epoch_micros('sessions.session_started_at') }}) / 1000000) as bigint
        ) as duration_seconds,
        sessions.has_bot_piece or sessions.event_count > max_events.max_events_per_session as is_bot
    from sessions
    inner join piece_texts
        on
            sessions.device_key = piece_texts.device_key
            and sessions.start_event_date = piece_texts.event_date
            and sessions.start_load_date = piece_texts.load_date
            and sessions.start_piece_number = piece_texts.piece_number
    cross join max_events

)

select * from final
