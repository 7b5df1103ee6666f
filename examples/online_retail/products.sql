-- One row per product and day on which its name or its list price changes. The ledger has no catalogue: the name is
-- the text printed most that day, the list price the price charged most that day. Codes that are no
-- merchandise (postage, fees, manual entries, samples, vouchers) are left out; their lines keep their product_id.
with

ledger_lines as (

    select
        upper(trim(ledger."StockCode")) as product_id,
        nullif(trim(ledger."Description"), '') as description,
        cast(ledger."UnitPrice" as decimal(18, 4)) as unit_price,
        cast(ledger."InvoiceDate" as timestamp) as invoiced_at,
        date_trunc('day', cast(ledger."InvoiceDate" as timestamp)) as ledger_day
    from ledger
    where
        ledger."Quantity" > 0
        and ledger."UnitPrice" > 0
        and not regexp_matches(
            upper(trim(ledger."StockCode")), '^(POST|DOT|C2|M|D|S|B|BANK CHARGES|AMAZONFEE|CRUK|GIFT_.*)$'
        )

),

names as (

    select product_id, ledger_day, arg_max(description, (line_count, description)) as product_name
    from (
        select product_id, ledger_day, description, count(*) as line_count
        from ledger_lines
        where description is not null
        group by product_id, ledger_day, description
    )
    group by product_id, ledger_day

),

prices as (

    select
        product_id,
        ledger_day,
        arg_max(unit_price, (line_count, unit_price)) as price,
        min(first_invoiced_at) as first_invoiced_at
    from (
        select product_id, ledger_day, unit_price, count(*) as line_count, min(invoiced_at) as first_invoiced_at
        from ledger_lines
        group by product_id, ledger_day, unit_price
    )
    group by product_id, ledger_day

),

changes as (

    select
        prices.*,
        names.product_name,
        lag(prices.price) over (partition by prices.product_id order by prices.ledger_day) as previous_price,
        lag(names.product_name) over (partition by prices.product_id order by prices.ledger_day) as previous_name
    from prices
    left join names on prices.product_id = names.product_id and prices.ledger_day = names.ledger_day

)

select
    product_id,
    product_id as sku,
    product_name as name,
    cast(null as varchar) as category,
    cast(null as varchar) as subcategory,
    cast(null as varchar) as brand,
    price,
    cast(null as decimal(18, 4)) as unit_cost,
    'GBP' as currency,
    cast(null as bigint) as stock_quantity,
    cast(null as boolean) as is_active,
    cast(first_invoiced_at at time zone 'Europe/London' at time zone 'UTC' as timestamp) as updated_at,
    cast(ledger_day + interval 27 hour as timestamp) as _loaded_at
from changes
where price is distinct from previous_price or product_name is distinct from previous_name
