-- Prices are text: now and then an editor types something else.
with

versions as (

    select
        product_months.*,
        child_key(product_months.kp, 500 + product_months.month_number) as kv,
        product_months.first_day::timestamp + to_seconds(pick(product_months.kp, 1, 10800)) as updated_at
    from product_months
    where product_months.first_day >= getvariable('window_start')::date - 40

)

select
    product_id,
    sku,
    product_name as name,
    category_name as category,
    subcategory,
    brand,
    case when u01(kv, 1) < 0.002 then 'on request' when u01(kv, 1) < 0.003 then '-1.00' else printf('%.2f', price) end as price,
    round(unit_cost, 4)::decimal(18, 4) as unit_cost,
    'USD' as currency,
    case when u01(kv, 2) < 0.06 then 0 else pick(kv, 3, 600) end::bigint as stock_quantity,
    product_number < getvariable('products_per_category') * 8 * 0.97 or month_number < 14 as is_active,
    updated_at,
    greatest(updated_at, getvariable('start_date')::timestamp + interval 1 second) as available_at,
    null::int as redelivered_after_hours
from versions
where is_written
