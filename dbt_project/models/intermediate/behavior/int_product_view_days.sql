{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}

with

{% if is_incremental() -%}
    touched_load_dates as (

        select distinct load_date
        from {{ ref('stg_web__events') }}
        where _file_id > (select coalesce(max(this_model.last_file_id), 0) from {{ this }} as this_model)

    ),

{%- endif %}

touched_events as (

    select * from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

product_views as (

    select
        {{ identifier_key('anonymous_id', 'anonymous_id') }} as device_key,
        {{ identifier_key('shop_customer_id', 'user_id') }} as account_key,
        product_id,
        event_date,
        load_date,
        event_at,
        _file_id
    from touched_events
    where
        event_type = 'product_view'
        and product_id is not null
        and not is_too_late

),

bot_visits as (

    select
        device_key,
        event_date,
        load_date,
        first_event_at,
        last_event_at
    from {{ ref('int_web_visit_pieces') }}
    where is_bot

),

final as (

    select
        product_views.product_id,
        product_views.event_date,
        product_views.load_date,
        coalesce(product_views.account_key, product_views.device_key) as identifier_key,
        bot_visits.device_key is not null as is_bot,
        count(*) as product_view_count,
        max(product_views.event_at) as last_viewed_at,
        max(product_views._file_id) as last_file_id
    from product_views
    left join bot_visits
        on
            product_views.device_key = bot_visits.device_key
            and product_views.event_date = bot_visits.event_date
            and product_views.load_date = bot_visits.load_date
            and product_views.event_at >= bot_visits.first_event_at
            and product_views.event_at <= bot_visits.last_event_at
    group by
        coalesce(product_views.account_key, product_views.device_key),
        product_views.product_id,
        product_views.event_date,
        product_views.load_date,
        bot_visits.device_key is not null

)

select * from final
