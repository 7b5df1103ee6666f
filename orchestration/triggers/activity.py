"""What those did who did something since the build: the counts that a trigger's message, or whoever chooses it, looks at."""

# Counted as `fct_carts` and the signals count them: bots left out, nothing below zero.
ACTIVITY_SQL = """
    create or replace temporary table counted_activity as
    with

    touched as (

        select identities.customer_id
        from state.events as events
        inner join chosen_keys as identities on events.device_key = identities.identifier_key

        union

        select identities.customer_id
        from state.events as events
        inner join chosen_keys as identities on events.account_key = identities.identifier_key

    ),

    events as (

        select shopping.*, identities.customer_id
        from warehouse.intermediate.int_shopping_events as shopping
        inner join warehouse.intermediate.int_identity_map as identities on shopping.identifier_key = identities.identifier_key
        where
            not shopping.is_bot
            and shopping.event_at < $now
            and identities.customer_id in (select customer_id from touched)

    ),

    carts as (

        select
            people.customer_id,
            shopping.cart_id,
            max(shopping.event_at) as last_cart_event_at,
            count(case when shopping.event_type = 'purchase' then 1 end) as purchase_count
        from warehouse.intermediate.int_cart_customers as owners
        inner join (select distinct component_key, customer_id from chosen_keys) as people on owners.customer_key = people.component_key
        inner join warehouse.intermediate.int_shopping_events as shopping on owners.cart_id = shopping.cart_id
        where not shopping.is_bot and shopping.event_at < $now and people.customer_id in (select customer_id from touched)
        group by people.customer_id, shopping.cart_id

    ),

    open_carts as (

        select customer_id, cart_id, last_cart_event_at
        from carts
        where purchase_count = 0
        qualify row_number() over (partition by customer_id order by last_cart_event_at desc, cart_id) = 1

    ),

    cart_products as (

        select
            shopping.cart_id,
            greatest(sum(case when shopping.event_type = 'remove_from_cart' then -shopping.quantity else shopping.quantity end), 0) as units
        from warehouse.intermediate.int_shopping_events as shopping
        where
            shopping.product_id is not null
            and shopping.event_type in ('add_to_cart', 'remove_from_cart')
            and not shopping.is_bot
            and shopping.event_at < $now
            and shopping.cart_id in (select cart_id from open_carts)
        group by shopping.cart_id, shopping.product_id

    ),

    people as (

        select
            customer_id,
            count(case when event_type = 'product_view' and event_at >= $now - interval 24 hour then 1 end) as product_view_count_24h,
            max(case when event_type = 'purchase' then event_at end) as last_purchase_at,
            max_by(product_id, (event_at, _file_id, _row_number)) filter (event_type = 'product_view') as last_product_id
        from events
        group by customer_id

    ),

    visits as (

        select customer_id, max(last_event_at) as last_event_at
        from warehouse.intermediate.visits
        where last_event_at < $now
        group by customer_id

    )

    select
        touched.customer_id,
        coalesce(people.product_view_count_24h, 0) as product_view_count_24h,
        visits.last_event_at,
        people.last_product_id,
        open_carts.cart_id as open_cart_id,
        (select cast(sum(units) as bigint) from cart_products where cart_products.cart_id = open_carts.cart_id) as open_cart_unit_count,
        open_carts.last_cart_event_at,
        people.last_purchase_at,
        $now as counted_at
    from touched
    left join people on touched.customer_id = people.customer_id
    left join visits on touched.customer_id = visits.customer_id
    left join open_carts on touched.customer_id = open_carts.customer_id
"""
