{{ config(materialized='view') }}

with

delivered as (

    select * from {{ ref('base_web__events_delivered') }}

),

exceptions as (

    select * from {{ ref('base_web__events_exceptions') }}

),

final as (

    select
        delivered.event_id,
        delivered.event_type,
        delivered.event_at,
        delivered.received_at,
        delivered.anonymous_id,
        delivered.user_id,
        delivered.cart_id,
        delivered.order_id,
        delivered.product_id,
        delivered.quantity,
        delivered.search_term,
        delivered.dwell_seconds,
        delivered.page_url,
        delivered.referrer,
        delivered.utm_source,
        delivered.utm_medium,
        delivered.utm_campaign,
        delivered.device_type,
        delivered.browser,
        delivered.language,
        delivered.user_agent,
        delivered.geo_country,
        delivered.geo_region,
        delivered._loaded_at,
        delivered._file_id,
        delivered._file_path,
        delivered._row_number,
        exceptions._reject_reason,
        exceptions._raw,
        coalesce(exceptions._row_status, 'accepted') as _row_status
    from delivered
    left join exceptions
        on
            delivered._file_id = exceptions._file_id
            and delivered._row_number = exceptions._row_number

)

select * from final
