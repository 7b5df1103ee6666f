{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='cart_id') }}

with

{% if is_incremental() -%}
    touched_carts as (

        select distinct cart_id
        from {{ ref('stg_web__events') }}
        where
            cart_id is not null
            and {{ landing_new_files_predicate('web', 'events', 'last_file_id') }}

    ),

{%- endif %}

touched_events as (

    select * from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where cart_id in (select touched_carts.cart_id from touched_carts)
    {%- endif %}

),

cart_events as (

    select
        cart_id,
        product_id,
        anonymous_id,
        user_id,
        event_type,
        event_at,
        quantity,
        order_id,
        _loaded_at,
        _file_id
    from touched_events
    where
        cart_id is not null
        and not is_too_late

),

final as (

    select
        cart_id,
        product_id,
        anonymous_id,
        user_id,
        cast(coalesce(sum(case when event_type = 'add_to_cart' then coalesce(quantity, 1) end), 0) as bigint) as added_quantity,
        cast(coalesce(sum(case when event_type = 'remove_from_cart' then coalesce(quantity, 1) end), 0) as bigint) as removed_quantity,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        min(case when event_type = 'checkout_started' then event_at end) as checkout_started_at,
        min(case when event_type = 'purchase' then event_at end) as purchased_at,
        max(_loaded_at) as loaded_at,
        max(_file_id) as last_file_id
    from cart_events
    group by
        cart_id,
        product_id,
        anonymous_id,
        user_id

)

select * from final
