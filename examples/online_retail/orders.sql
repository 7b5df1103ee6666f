-- One row per invoice. An invoice that starts with C is a credit note; the shop calls it a cancellation.
-- 43 invoices carry two timestamps a minute apart: the earlier one counts.
select
    ledger."InvoiceNo" as order_id,
    max(cast(cast(ledger."CustomerID" as double) as bigint)::varchar) as shop_customer_id,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as channel,
    case when ledger."InvoiceNo" like 'C%' then 'credit_note' else 'delivered' end as status,
    'GBP' as currency,
    cast(0 as decimal(18, 4)) as discount_amount,
    cast(null as decimal(18, 4)) as shipping_amount,
    cast(null as decimal(18, 4)) as tax_amount,
    cast(null as varchar) as coupon_code,
    min(ledger."Country") as shipping_country,
    cast(null as varchar) as shipping_postcode,
    cast(min(cast(ledger."InvoiceDate" as timestamp)) at time zone 'Europe/London' at time zone 'UTC' as timestamp) as ordered_at,
    cast(null as timestamp) as cancelled_at,
    cast(min(cast(ledger."InvoiceDate" as timestamp)) at time zone 'Europe/London' at time zone 'UTC' as timestamp) as updated_at,
    cast(date_trunc('day', min(cast(ledger."InvoiceDate" as timestamp))) + interval 27 hour as timestamp) as _loaded_at
from ledger
group by ledger."InvoiceNo"
