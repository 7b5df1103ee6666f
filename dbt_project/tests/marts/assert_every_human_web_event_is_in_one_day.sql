with

pieces as (

    select
        coalesce(sum(page_view_count), 0) as page_view_count,
        coalesce(sum(product_view_count), 0) as product_view_count,
        coalesce(sum(dwell_seconds), 0) as dwell_seconds
    from {{ ref('int_web_visit_pieces') }}
    where not is_bot

),

days as (

    select
        coalesce(sum(page_view_count), 0) as page_view_count,
        coalesce(sum(product_view_count), 0) as product_view_count,
        coalesce(sum(dwell_seconds), 0) as dwell_seconds
    from {{ ref('int_web_days') }}
    where not is_bot

)

select
    pieces.page_view_count,
    days.page_view_count as day_page_view_count,
    pieces.product_view_count,
    days.product_view_count as day_product_view_count,
    pieces.dwell_seconds,
    days.dwell_seconds as day_dwell_seconds
from pieces
cross join days
where
    pieces.page_view_count <> days.page_view_count
    or pieces.product_view_count <> days.product_view_count
    or pieces.dwell_seconds <> days.dwell_seconds
