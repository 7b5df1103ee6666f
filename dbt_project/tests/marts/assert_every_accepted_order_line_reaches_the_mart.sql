-- Rows and money, in original currency, from what was accepted to the mart.
with

accepted_lines as (

    select
        order_id,
        count(*) as line_count,
        sum(quantity * unit_price) as revenue
    from {{ ref('base_shop__order_items') }}
    where _row_status = 'accepted'
    group by order_id

),

mart_lines as (

    select
        order_id,
        count(*) as line_count,
        sum(gross_revenue_original) as revenue
    from {{ ref('fct_order_items') }}
    group by order_id

)

select
    accepted_lines.line_count as accepted_line_count,
    mart_lines.line_count as mart_line_count,
    accepted_lines.revenue as accepted_revenue,
    mart_lines.revenue as mart_revenue,
    coalesce(accepted_lines.order_id, mart_lines.order_id) as order_id
from accepted_lines
full outer join mart_lines
    on accepted_lines.order_id = mart_lines.order_id
where
    coalesce(accepted_lines.line_count, 0) <> coalesce(mart_lines.line_count, 0)
    or coalesce(accepted_lines.revenue, 0) <> coalesce(mart_lines.revenue, 0)
