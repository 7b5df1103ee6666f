{# Customers of whom a day is new or another one are added up anew. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_id',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_customer_web_inputs'), 'customer_id') }}",
        post_hook="{{ keep_inputs(ref('int_customer_web_inputs'), 'customer_id') }}"
    )
}}
-- depends_on: {{ ref('int_customer_web_inputs') }}

with

web_days as (

    select * from {{ ref('int_web_days') }}
    where not is_bot

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where
        customer_id is not null
    {% if is_incremental() -%}
        and customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}

),

final as (

    select
        identity_map.customer_id,
        web_days.event_date as activity_date,
        web_days.load_date,
        cast(sum(web_days.session_count) as bigint) as session_count,
        cast(sum(web_days.page_view_count) as bigint) as page_view_count,
        cast(sum(web_days.product_view_count) as bigint) as product_view_count,
        cast(sum(web_days.search_count) as bigint) as search_count,
        cast(sum(web_days.add_to_cart_count) as bigint) as add_to_cart_count,
        cast(sum(web_days.checkout_started_count) as bigint) as checkout_started_count,
        cast(sum(web_days.purchase_count) as bigint) as purchase_count,
        cast(sum(web_days.dwell_seconds) as decimal(18, 3)) as dwell_seconds,
        min(web_days.first_event_at) as first_event_at,
        max(web_days.last_event_at) as last_event_at,
        max(web_days.last_product_view_at) as last_product_view_at
    from web_days
    inner join identity_map
        on web_days.identifier_key = identity_map.identifier_key
    group by
        identity_map.customer_id,
        web_days.event_date,
        web_days.load_date

)

select * from final
