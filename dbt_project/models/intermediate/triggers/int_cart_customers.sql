with

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

-- Each pass reads the events anew: a shared subquery would be kept in memory.
carts as (

    select
        shopping_events.cart_id,
        min(shopping_events.identifier_key) as one_identifier_key,
        min(shopping_events.device_key) as one_device_key,
        min(shopping_events.identifier_key) <> max(shopping_events.identifier_key)
        or min(shopping_events.device_key) <> max(shopping_events.device_key) as is_shared
    from {{ ref('int_shopping_events') }} as shopping_events
    cross join clock
    where
        shopping_events.cart_id is not null
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at
    group by shopping_events.cart_id

),

-- Few carts are used from two devices, or before and after a login: only their events are put in order.
shared_visitors as (

    select
        shopping_events.cart_id,
        shopping_events.identifier_key,
        shopping_events.device_key,
        row_number() over (
            partition by shopping_events.cart_id
            order by
                case when shopping_events.account_key is null then 1 else 0 end,
                shopping_events.event_at,
                shopping_events._file_id,
                shopping_events._row_number
        ) as visitor_rank
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join carts
        on shopping_events.cart_id = carts.cart_id
    cross join clock
    where
        carts.is_shared
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

visitors as (

    select
        cart_id,
        one_identifier_key as identifier_key,
        one_device_key as device_key
    from carts
    where not is_shared

    union all

    select
        cart_id,
        identifier_key,
        device_key
    from shared_visitors
    where visitor_rank = 1

),

final as (

    select
        visitors.cart_id,
        coalesce(by_account.component_key, by_device.component_key) as customer_key
    from visitors
    left join identity_map as by_account
        on visitors.identifier_key = by_account.identifier_key
    left join identity_map as by_device
        on visitors.device_key = by_device.identifier_key
    where coalesce(by_account.component_key, by_device.component_key) is not null

)

select * from final
