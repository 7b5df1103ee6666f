-- Products, number modulo eight being the category, with a price for each quarter and a version for some months.
create or replace table products as
select
    products.number::int as product_number,
    mix32(low32(products.number::ubigint * 3266489917::ubigint + getvariable('seed_key')::ubigint)) as kp,
    'P' || lpad(products.number::varchar, 5, '0') as product_id,
    upper(shelves.category_name[1:3]) || '-' || lpad(shelves.shelf_number::varchar, 2, '0')
    || '-' || lpad(products.number::varchar, 5, '0') as sku,
    pick_from(brands.words, kp, 10) as brand,
    brand || ' ' || pick_from(shelves.adjectives, kp, 11) || ' ' || pick_from(shelves.nouns, kp, 12) as product_name,
    shelves.category_number,
    shelves.category_name,
    shelves.subcategory,
    shelves.typical_price * exp(0.45 * normalish(kp, 13)) as base_price,
    0.38 + 0.3 * u01(kp, 16) as cost_share
from range(getvariable('products_per_category') * 8) as products (number)
inner join shelves on products.number % 8 = shelves.category_number and (products.number // 8) % 4 = shelves.shelf_number % 4
cross join brands;

create or replace table product_months as
select
    products.*,
    months.month_number,
    (date_trunc('month', getvariable('start_date')) + to_months(months.month_number))::date as first_day,
    year(first_day) * 4 + quarter(first_day) as quarter_number,
    round(greatest(1.0, base_price * (0.9 + 0.2 * u01(kp, 100 + quarter_number))), 0) - 0.01 as price,
    base_price * cost_share as unit_cost,
    months.month_number = 0 or month(first_day) % 3 = 1 or u01(kp, 20000 + months.month_number) < 0.3 as is_written
from products
cross join range(getvariable('month_count')) as months (month_number);

create or replace table product_prices as
select distinct
    product_number,
    quarter_number,
    product_id,
    product_name,
    price
from product_months;
