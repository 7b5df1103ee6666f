with

accepted as (

    select * from {{ ref('base_web__events') }}
    where _row_status = 'accepted'

),

corrected as (

    select
        *,
        {{ skew_corrected('event_at', 'received_at') }} as corrected_event_at
    from accepted

),

final as (

    select
        event_id,
        lower(trim(event_type)) as event_type,
        corrected_event_at as event_at,
        received_at,
        anonymous_id,
        nullif(user_id, '') as user_id,
        nullif(cart_id, '') as cart_id,
        nullif(order_id, '') as order_id,
        nullif(product_id, '') as product_id,
        quantity,
        nullif(lower(trim(search_term)), '') as search_term,
        case when dwell_seconds between 0 and {{ var('max_dwell_seconds') }} then dwell_seconds end as dwell_seconds,
        page_url,
        nullif(referrer, '') as referrer,
        nullif(lower(utm_source), '') as utm_source,
        nullif(lower(utm_medium), '') as utm_medium,
        nullif(lower(utm_campaign), '') as utm_campaign,
        lower(device_type) as device_type,
        browser,
        nullif(lower(split_part(language, '-', 1)), '') as language_code,
        user_agent,
        upper(geo_country) as geo_country,
        upper(geo_region) as geo_region,
        corrected_event_at <> event_at as is_clock_skewed,
        cast(corrected_event_at as date) as event_date,
        cast(_loaded_at as date) as load_date,
        {{ is_too_late('corrected_event_at') }} as is_too_late,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number
    from corrected

)

select * from final
