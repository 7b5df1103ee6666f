{# A table, not a view: versions are put in order and texts matched once, not by every reader. #}
{{ config(materialized='table') }}

with

accepted as (

    select * from {{ ref('base_shop__shipments') }}
    where _row_status = 'accepted'

),

versioned as (

    select
        *,
        case when delivered_at >= shipped_at or shipped_at is null then delivered_at end as plausible_delivered_at,
        lead(updated_at) over (partition by shipment_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        shipment_id,
        order_id,
        nullif(trim(carrier), '') as carrier,
        shipped_at,
        plausible_delivered_at as delivered_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        {{ lost_attribute('delivered_at', 'plausible_delivered_at', 'delivered_at') }} as invalid_attributes,
        _loaded_at,
        _file_id
    from versioned

)

select * from final
