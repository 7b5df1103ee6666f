with

numbered as (

    select
        sessions.*,
        unnest(range(event_count))::int as e
    from sessions

),

placed as (

    select
        *,
        child_key(ks, 1000 + e) as ke,
        page_count + search_count as views_from,
        views_from + extra_views + least(cart_count, 2) as carts_from,
        case
            when e < page_count then 'page_view'
            when e < views_from then 'search'
            when e < carts_from then 'product_view'
            when e < carts_from + cart_count then 'add_to_cart'
            when e < carts_from + cart_count + remove_count then 'remove_from_cart'
            when e < carts_from + cart_count + remove_count + share_count then 'social_share'
            when e < carts_from + cart_count + remove_count + share_count + checkout_count then 'checkout_started'
            else 'purchase'
        end as event_type,
        case
            when event_type = 'product_view' then e - views_from
            when event_type in ('add_to_cart') then e - carts_from
            when event_type in ('remove_from_cart', 'social_share') then 0
        end as line_number,
        started_at + to_microseconds((1000000::bigint * case
            when event_count = 1 then 0
            when e = 0 then 0
            when e = event_count - 1 then duration
            else duration * (e + 0.5 * (u01(ke, 1) - 0.5)) / (event_count - 1)
        end)::bigint) as happened_at
    from numbered

),

shown as (

    select
        *,
        -- The first products looked at are the ones that go into the cart.
        case
            when line_number is null then null
            when line_number < greatest(cart_count, 1)
                then item_product(child_key(cart_key, 50 + line_number), category_number, person_key)
            else item_product(child_key(ks, 2000 + line_number), category_number, person_key)
        end as product_number
    from placed

),

final as (

    select
        event_prefix || lpad(e::varchar, 3, '0') as event_id,
        case when u01(ke, 9) < 0.0004 then null when u01(ke, 9) < 0.0007 then 'pageview' else event_type end as event_type,
        happened_at + to_seconds(skew_seconds) as event_at,
        happened_at + to_microseconds(delay_seconds * 1000000::bigint + 300000 + pick(ke, 2, 4000000)) as received_at,
        case when u01(ke, 9) >= 0.9998 then null else anonymous_id end as anonymous_id,
        user_id,
        case when event_type in ('add_to_cart', 'remove_from_cart', 'checkout_started', 'purchase') then cart_id end as cart_id,
        case when event_type = 'purchase' then order_id end as order_id,
        case when product_number is not null then 'P' || lpad(product_number::varchar, 5, '0') end as product_id,
        case when event_type in ('add_to_cart', 'remove_from_cart') then 1 end::bigint as quantity,
        case when event_type = 'search' then search_words[1 + pick(ke, 3, len(search_words))] end as search_term,
        case
            when event_type in ('page_view', 'product_view') then round(greatest(0.5, duration / event_count * (0.5 + u01(ke, 4))), 1)
        end as dwell_seconds,
        case event_type
            when 'page_view' then case when e = 0 and campaign_id is null then '/' else '/c/' || category_name end
            when 'search' then '/search'
            when 'add_to_cart' then '/cart'
            when 'remove_from_cart' then '/cart'
            when 'checkout_started' then '/checkout'
            when 'purchase' then '/checkout/confirmed'
            else '/p/' || lpad(product_number::varchar, 5, '0')
        end as page_url,
        case when e > 0 then 'https://shop.example/' else referrer end as referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        device_type,
        browser,
        locale as language,
        user_agent,
        country as geo_country,
        region as geo_region,
        received_at + to_seconds(copy_delay_seconds) as available_at,
        null::int as redelivered_after_hours
    from shown

)

select * from final
