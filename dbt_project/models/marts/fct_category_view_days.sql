{# Customers of whom a day is new or another one are added up anew. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_id',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_customer_view_inputs'), 'customer_id') }}",
        post_hook="{{ keep_inputs(ref('int_customer_view_inputs'), 'customer_id') }}"
    )
}}
-- depends_on: {{ ref('int_customer_view_inputs') }}

with

view_days as (

    select * from {{ ref('int_category_view_days') }}

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
