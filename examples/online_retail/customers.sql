-- One row per customer and day on which the customer appears for the first time or with another country.
with

customer_days as (

    select
        cast(cast(ledger."CustomerID" as double) as bigint)::varchar as shop_customer_id,
        date_trunc('day', cast(ledger."InvoiceDate" as timestamp)) as ledger_day,
        min(cast(ledger."InvoiceDate" as timestamp)) as first_invoiced_at,
        arg_max(ledger."Country", (cast(ledger."InvoiceDate" as timestamp), ledger.file_name, ledger.file_row_number)) as country
    from ledger
    where ledger."CustomerID" is not null
    group by 1, 2

),

changes as (

    select
        customer_days.*,
        min(first_invoiced_at) over (partition by shop_customer_id) as created_at,
        lag(country) over (partition by shop_customer_id order by ledger_day) as previous_country
    from customer_days

)

select
    shop_customer_id,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as first_name,
    cast(null as varchar) as last_name,
    country,
    cast(null as varchar) as channel,
    false as is_guest,
    cast(null as varchar) as contact_id,
    cast(created_at at time zone 'Europe/London' at time zone 'UTC' as timestamp) as created_at,
    cast(first_invoiced_at at time zone 'Europe/London' at time zone 'UTC' as timestamp) as updated_at,
    cast(ledger_day + interval 27 hour as timestamp) as _loaded_at
from changes
where country is distinct from previous_country
