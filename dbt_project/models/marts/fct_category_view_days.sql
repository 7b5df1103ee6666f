with

product_view_days as (

    select * from {{ ref('int_product_view_days') }}
    where not is_bot

),

product_versions as (

    select * from {{ ref('int_product_versions') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

final as (

    select
        identity_map.customer_id,
        product_versions.category,
        product_view_days.event_date as view_date,
        product_view_days.load_date,
        cast(sum(product_view_days.product_view_count) as bigint) as product_view_count,
        max(product_view_days.last_viewed_at) as last_viewed_at
    from product_view_days
    inner join identity_map
        on product_view_days.identifier_key = identity_map.identifier_key
    inner join product_versions
        on
            product_view_days.product_id = product_versions.product_id
            and product_view_days.last_viewed_at >= product_versions.valid_from
            and product_view_days.last_viewed_at < product_versions.valid_to
    where product_versions.category is not null
    group by
        identity_map.customer_id,
        product_versions.category,
        product_view_days.event_date,
        product_view_days.load_date

)

select * from final
