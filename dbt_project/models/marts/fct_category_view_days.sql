with

view_days as (

    select * from {{ ref('int_category_view_days') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

final as (

    select
        identity_map.customer_id,
        view_days.category,
        view_days.event_date as view_date,
        view_days.load_date,
        cast(sum(view_days.product_view_count) as bigint) as product_view_count,
        max(view_days.last_viewed_at) as last_viewed_at
    from view_days
    inner join identity_map
        on view_days.identifier_key = identity_map.identifier_key
    group by
        identity_map.customer_id,
        view_days.category,
        view_days.event_date,
        view_days.load_date

)

select * from final
