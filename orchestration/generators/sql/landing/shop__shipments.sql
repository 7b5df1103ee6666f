with

versions as (

    select
        *,
        1 as version,
        shipped_at as updated_at
    from order_plan
    where not is_store and final_status = 'delivered'

    union all

    select
        *,
        2 as version,
        delivered_at as updated_at
    from order_plan
    where not is_store and final_status = 'delivered' and u01(ko, 40) > 0.006

)

select
    'shp_' || hex40(order_number) as shipment_id,
    order_id,
    pick_from(['UPS', 'DHL', 'FedEx', 'DPD', 'national post'], ko, 41) as carrier,
    shipped_at,
    case when version = 2 then delivered_at end as delivered_at,
    updated_at,
    updated_at + interval 3 minutes as available_at,
    null::int as redelivered_after_hours
from versions
