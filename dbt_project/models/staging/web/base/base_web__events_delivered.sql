{{ config(materialized='view') }}

with

received as (

    select * from {{ source('web', 'events') }}

),

final as (

    select
        event_id,
        event_type,
        event_at,
        received_at,
        anonymous_id,
        user_id,
        cart_id,
        order_id,
        product_id,
        quantity,
        search_term,
        dwell_seconds,
        page_url,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        browser,
        language,
        user_agent,
        geo_country,
        geo_region,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number,
        _raw,
        case
            when _malformed is not null then _malformed
            when event_id is null or event_id = '' then 'event_id is missing'
            when event_type is null or event_type = '' then 'event_type is missing'
            -- two lists: a longer one becomes a join, which is made even where nobody reads the reason
            when
                lower(trim(event_type)) not in ('page_view', 'product_view', 'search', 'social_share')
                and lower(trim(event_type)) not in ('add_to_cart', 'remove_from_cart', 'checkout_started', 'purchase')
                then 'event_type is not an accepted value'
            when event_at is null then 'event_at is missing'
            when event_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'event_at is implausibly early'
            -- a fast clock is corrected in staging; only what arrived after its own delivery is impossible
            when least(event_at, coalesce(received_at, event_at)) > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'event_at is later than the delivery'
            when anonymous_id is null or anonymous_id = '' then 'anonymous_id is missing'
        end as _reject_reason
    from received

)

select * from final
