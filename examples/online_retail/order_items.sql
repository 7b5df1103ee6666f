-- One row per line of the ledger, every line: equal lines of one invoice are genuine, so a line is known by its
-- place in the invoice. Quantities stay as they are: negative on credit notes and on stock corrections.
select
    ledger."InvoiceNo" || '-' || row_number() over (
        partition by ledger."InvoiceNo" order by ledger.file_name, ledger.file_row_number
    ) as order_item_id,
    ledger."InvoiceNo" as order_id,
    upper(trim(ledger."StockCode")) as product_id,
    nullif(trim(ledger."Description"), '') as description,
    cast(ledger."Quantity" as bigint) as quantity,
    cast(ledger."UnitPrice" as decimal(18, 4)) as unit_price,
    cast(0 as decimal(18, 4)) as discount_amount,
    -- the ledger keeps London wall-clock time
    cast(cast(ledger."InvoiceDate" as timestamp) at time zone 'Europe/London' at time zone 'UTC' as timestamp) as created_at,
    -- delivered in the night after the day of the invoice
    cast(date_trunc('day', cast(ledger."InvoiceDate" as timestamp)) + interval 27 hour as timestamp) as _loaded_at
from ledger
