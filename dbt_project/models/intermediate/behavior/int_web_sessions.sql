{{ config(materialized='incremental', incremental_strategy='replace_tail', unique_key='device_key', tail_column='chain_started_at') }}

with

visit_pieces as (

    select * from {{ ref('int_web_visit_pieces') }}

),

max_events as (

    select limit_value as max_events_per_session
    from {{ ref('bot_limits') }}
    where limit_name = 'max_events_per_session'

),

{% if is_incremental() -%}
    new_pieces as (

        select
            device_key,
            min(first_event_at) as first_new_event_at
        from visit_pieces
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

    pieces as (

        select visit_pieces.*
        from visit_pieces
        inner join affected_devices
            on
                visit_pieces.device_key = affected_devices.device_key
                and visit_pieces.first_event_at >= affected_devices.affected_from

    ),

{%- else -%}
    pieces as (

        select * from visit_pieces

    ),
{%- endif %}

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
        coalesce(
            {{ is_after_a_gap('previous_end_at', 'first_event_at') }},
            true
        ) as is_chain_start
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
        case when long_chains.device_key is not null then chained_pieces.event_date end as split_date,
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
        split_date,
        min(anonymous_id) as anonymous_id,
        min(account_key) as account_key,
        min(first_event_at) as session_started_at,
        max(last_event_at) as session_ended_at,
        sum(event_count) as event_count,
        sum(page_view_count) as page_view_count,
        sum(product_view_count) as product_view_count,
        sum(search_count) as search_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(checkout_started_count) as checkout_started_count,
        sum(purchase_count) as purchase_count,
        max(case when is_session_start then device_type end) as device_type,
        max(case when is_session_start then browser end) as browser,
        max(case when is_session_start then utm_source end) as utm_source,
        max(case when is_session_start then utm_medium end) as utm_medium,
        max(case when is_session_start then utm_campaign end) as utm_campaign,
        max(case when is_session_start then referrer end) as referrer,
        max(case when is_session_start then landing_page_url end) as landing_page_url,
        max(case when is_session_start then geo_country end) as geo_country,
        bool_or(is_bot) as has_bot_piece,
        max(last_loaded_at) as loaded_at,
        max(last_file_id) as last_file_id
    from session_pieces
    group by
        device_key,
        chain_started_at,
        split_date

),

final as (

    select
        cast(sessions.device_key as string) || '-' || cast({{ epoch_micros('sessions.session_started_at') }} as string) as session_id,
        sessions.device_key,
        sessions.anonymous_id,
        sessions.account_key,
        sessions.chain_started_at,
        sessions.session_started_at,
        sessions.session_ended_at,
        cast(sessions.session_started_at as date) as session_date,
        cast(
            floor(({{ epoch_micros('sessions.session_ended_at') }} - {{ epoch_micros('sessions.session_started_at') }}) / 1000000) as bigint
        ) as duration_seconds,
        cast(sessions.event_count as bigint) as event_count,
        cast(sessions.page_view_count as bigint) as page_view_count,
        cast(sessions.product_view_count as bigint) as product_view_count,
        cast(sessions.search_count as bigint) as search_count,
        cast(sessions.add_to_cart_count as bigint) as add_to_cart_count,
        cast(sessions.checkout_started_count as bigint) as checkout_started_count,
        cast(sessions.purchase_count as bigint) as purchase_count,
        sessions.device_type,
        sessions.browser,
        sessions.utm_source,
        sessions.utm_medium,
        sessions.utm_campaign,
        sessions.referrer,
        sessions.landing_page_url,
        sessions.geo_country,
        sessions.has_bot_piece or sessions.event_count > max_events.max_events_per_session as is_bot,
        sessions.loaded_at,
        sessions.last_file_id
    from sessions
    cross join max_events

)

select * from final
