{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when event_id is null or event_id = '' then 'event_id is missing'
        when event_type is null or event_type = '' then 'event_type is missing'
        when
            lower(trim(event_type)) not in (
                'page_view',
                'product_view',
                'search',
                'add_to_cart',
                'remove_from_cart',
                'checkout_started',
                'purchase',
                'social_share'
            )
            then 'event_type is not an accepted value'
        when event_at is null then 'event_at is missing'
        when event_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'event_at is implausibly early'
        -- a fast clock is corrected in staging; only what arrived after its own delivery is impossible
        when least(event_at, coalesce(received_at, event_at)) > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'event_at is later than the delivery'
        when anonymous_id is null or anonymous_id = '' then 'anonymous_id is missing'
    end
{% endset %}

with

received as (

    select * from {{ source('web', 'events') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('web', 'events') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ reject_reason }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries(
        'web', 'events',
        delivery_key=['event_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.event_id,
        checked.event_type,
        checked.event_at,
        checked.received_at,
        checked.anonymous_id,
        checked.user_id,
        checked.cart_id,
        checked.order_id,
        checked.product_id,
        checked.quantity,
        checked.search_term,
        checked.dwell_seconds,
        checked.page_url,
        checked.referrer,
        checked.utm_source,
        checked.utm_medium,
        checked.utm_campaign,
        checked.device_type,
        checked.browser,
        checked.language,
        checked.user_agent,
        checked.geo_country,
        checked.geo_region,
        checked._loaded_at,
        checked._file_id,
        checked._file_path,
        checked._row_number,
        case
            when checked._reject_reason is not null then 'quarantined'
            when repeated._file_id is not null then 'duplicate'
            else 'accepted'
        end as _row_status,
        checked._reject_reason,
        case
            when checked._reject_reason is not null then coalesce(checked._raw, {{ row_as_json('checked') }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
