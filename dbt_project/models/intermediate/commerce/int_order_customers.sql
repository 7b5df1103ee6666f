with

orders as (

    select * from {{ ref('stg_shop__orders') }}
    where is_current

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

keyed_orders as (

    select
        order_id,
        {{ identifier_key('shop_customer_id', 'shop_customer_id') }} as account_key,
        {{ identifier_key('email', 'email') }} as email_key,
        {{ identifier_key('phone', 'phone') }} as phone_key
    from orders

),

final as (

    select
        keyed_orders.order_id,
        -- Nobody's as well, since it may have been somebody's.
        case
            when by_account.customer_id is not null then keyed_orders.account_key
            when by_email.customer_id is not null then keyed_orders.email_key
            when by_phone.customer_id is not null then keyed_orders.phone_key
            else coalesce(keyed_orders.account_key, keyed_orders.email_key, keyed_orders.phone_key)
        end as identifier_key,
        coalesce(by_account.customer_id, by_email.customer_id, by_phone.customer_id) as customer_id,
        coalesce(by_account.component_key, by_email.component_key, by_phone.component_key) as customer_key
    from keyed_orders
    left join identity_map as by_account
        on keyed_orders.account_key = by_account.identifier_key
    left join identity_map as by_email
        on keyed_orders.email_key = by_email.identifier_key
    left join identity_map as by_phone
        on keyed_orders.phone_key = by_phone.identifier_key

)

select * from final
