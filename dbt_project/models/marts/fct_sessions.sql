with

sessions as (

    select * from {{ ref('int_web_sessions') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

final as (

    select
        sessions.session_id,
        sessions.anonymous_id,
        sessions.session_started_at,
        sessions.session_ended_at,
        sessions.session_date,
        sessions.duration_seconds,
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
        sessions.is_bot,
        sessions.loaded_at,
        coalesce(by_account.customer_id, by_device.customer_id) as customer_id
    from sessions
    left join identity_map as by_account
        on sessions.account_key = by_account.identifier_key
    left join identity_map as by_device
        on sessions.device_key = by_device.identifier_key

)

select * from final
