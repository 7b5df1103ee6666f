{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
-- depends_on: {{ ref('stg_landing__load_dates') }}
-- Load dates are those that any web event touches: one that is no view may tell that its device is a bot.

with

{% if is_incremental() -%}
    touched_load_dates as (

        {{ landing_touched_dates(ref('stg_landing__load_dates'), 'web', 'events', 'last_file_id') }}

    ),

{%- endif %}

touched_events as (

    select * from {{ ref('int_shopping_events') }}
    {% if is_incremental() -%}
        where load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

product_views as (

    select * from touched_events
    where event_type = 'product_view'

),

final as (

    select
        identifier_key,
        product_id,
        event_date,
        load_date,
        is_bot,
        count(*) as product_view_count,
        max(event_at) as last_viewed_at,
        max(_file_id) as last_file_id
    from product_views
    group by
        identifier_key,
        product_id,
        event_date,
        load_date,
        is_bot

)

select * from final
