{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}

with

visit_pieces as (

    select * from {{ ref('int_web_visit_pieces') }}
    {% if is_incremental() -%}
        where load_date in (
            select new_pieces.load_date
            from {{ ref('int_web_visit_pieces') }} as new_pieces
            where new_pieces.last_file_id > (select coalesce(max(this_model.last_file_id), 0) from {{ this }} as this_model)
        )
    {%- endif %}

),

final as (

    select
        event_date,
        load_date,
        is_bot,
        cast(sum(page_view_count) as bigint) as page_view_count,
        cast(sum(product_view_count) as bigint) as product_view_count,
        cast(sum(search_count) as bigint) as search_count,
        cast(sum(add_to_cart_count) as bigint) as add_to_cart_count,
        cast(sum(checkout_started_count) as bigint) as checkout_started_count,
        cast(sum(purchase_count) as bigint) as purchase_count,
        cast(sum(dwell_seconds) as decimal(18, 3)) as dwell_seconds,
        coalesce(account_key, device_key) as identifier_key,
        count(*) as session_count,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        max(last_product_view_at) as last_product_view_at,
        max(last_file_id) as last_file_id
    from visit_pieces
    group by
        coalesce(account_key, device_key),
        event_date,
        load_date,
        is_bot

)

select * from final
