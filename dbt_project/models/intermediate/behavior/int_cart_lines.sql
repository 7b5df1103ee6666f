{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='cart_id') }}

with

-- A line is sums and limits of its events: an increment adds those of new files to what is stored, and reads no earlier event again.
-- The second condition holds where a run was interrupted: what it had left is in the model before the new rows are read.
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
    from {{ ref('stg_web__events') }}
    where
        cart_id is not null
        and not is_too_late
    {% if is_incremental() -%}
        and {{ landing_new_files_predicate('web', 'events', 'last_file_id') }}
        and _file_id > (select coalesce(max(this_model.last_file_id), 0) from {{ this }} as this_model)
    {%- endif %}

),

delivered_lines as (

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

),

{% if is_incremental() -%}
    known_and_new_lines as (

        select
            cart_id,
            product_id,
            anonymous_id,
            user_id,
            added_quantity,
            removed_quantity,
            first_event_at,
            last_event_at,
            checkout_started_at,
            purchased_at,
            loaded_at,
            last_file_id
        from {{ this }}
        where cart_id in (select delivered_lines.cart_id from delivered_lines)

        union all

        select
            cart_id,
            product_id,
            anonymous_id,
            user_id,
            added_quantity,
            removed_quantity,
            first_event_at,
            last_event_at,
            checkout_started_at,
            purchased_at,
            loaded_at,
            last_file_id
        from delivered_lines

    ),

    final as (

        select
            cart_id,
            product_id,
            anonymous_id,
            user_id,
            cast(sum(added_quantity) as bigint) as added_quantity,
            cast(sum(removed_quantity) as bigint) as removed_quantity,
            min(first_event_at) as first_event_at,
            max(last_event_at) as last_event_at,
            min(checkout_started_at) as checkout_started_at,
            min(purchased_at) as purchased_at,
            max(loaded_at) as loaded_at,
            max(last_file_id) as last_file_id
        from known_and_new_lines
        group by
            cart_id,
            product_id,
            anonymous_id,
            user_id

    )
{%- else -%}
    final as (

        select * from delivered_lines

    )
{%- endif %}

select * from final
