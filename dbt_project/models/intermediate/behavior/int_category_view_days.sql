{{ config(materialized='view') }}
-- A view: the marts read it by customer, the features by who was the customer on a date.

with

product_view_days as (

    select * from {{ ref('int_product_view_days') }}
    where not is_bot

),

product_versions as (

    select * from {{ ref('int_product_versions') }}
    where category is not null

),

final as (

    select
        product_view_days.identifier_key,
        product_versions.category,
        product_view_days.product_id,
        product_view_days.event_date,
        product_view_days.load_date,
        product_view_days.product_view_count,
        product_view_days.last_viewed_at
    from product_view_days
    inner join product_versions
        on
            product_view_days.product_id = product_versions.product_id
            and product_view_days.last_viewed_at >= product_versions.valid_from
            and product_view_days.last_viewed_at < product_versions.valid_to

)

select * from final
