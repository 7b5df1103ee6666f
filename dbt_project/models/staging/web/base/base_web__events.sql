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
        {{ contract_breach('web', 'events') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('web', 'events') }}

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
            when checked._reject_reason is not null
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('web', 'events').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
