{{ config(severity='warn') }}

-- A warning, since one stray currency must not stop the street: its orders count, their amounts in the reporting currency are empty.
select
    currency,
    count(*) as order_count,
    min(ordered_date) as first_ordered_date,
    max(ordered_date) as last_ordered_date
from {{ ref('fct_orders') }}
where not has_exchange_rate
group by currency
