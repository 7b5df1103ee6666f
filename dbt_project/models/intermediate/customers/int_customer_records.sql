with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}
    where is_current

),

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}
    where is_current

),

orders as (

    select * from {{ ref('stg_shop__orders') }}
    where is_current

),

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

latest_deliveries as (

    select
        order_customers.customer_id,
        orders.order_id,
        orders.ordered_at,
        orders.shipping_postcode,
        orders.shipping_country_code,
        row_number() over (
            partition by order_customers.customer_id
            order by orders.ordered_at desc, orders.order_id desc
        ) as delivery_rank
    from order_customers
    inner join orders
        on order_customers.order_id = orders.order_id
    where
        order_customers.customer_id is not null
        and orders.shipping_country_code is not null

),

final as (

    select
        identity_map.customer_id,
        'crm_contact' as source_name,
        contacts.contact_id as source_key,
        contacts.updated_at,
        contacts.first_name,
        contacts.last_name,
        contacts.gender,
        contacts.birth_date,
        contacts.language_code,
        contacts.time_zone,
        contacts.city,
        contacts.postcode,
        contacts.region_code,
        contacts.country_code,
        contacts.acquisition_source
    from contacts
    inner join identity_map
        on {{ identifier_key('crm_contact_id', 'contacts.contact_id') }} = identity_map.identifier_key

    union all

    select
        identity_map.customer_id,
        'shop_account' as source_name,
        shop_customers.shop_customer_id as source_key,
        shop_customers.updated_at,
        shop_customers.first_name,
        shop_customers.last_name,
        cast(null as string) as gender,
        cast(null as date) as birth_date,
        cast(null as string) as language_code,
        cast(null as string) as time_zone,
        cast(null as string) as city,
        cast(null as string) as postcode,
        cast(null as string) as region_code,
        shop_customers.country_code,
        cast(null as string) as acquisition_source
    from shop_customers
    inner join identity_map
        on {{ identifier_key('shop_customer_id', 'shop_customers.shop_customer_id') }} = identity_map.identifier_key

    union all

    select
        customer_id,
        'order' as source_name,
        order_id as source_key,
        ordered_at as updated_at,
        cast(null as string) as first_name,
        cast(null as string) as last_name,
        cast(null as string) as gender,
        cast(null as date) as birth_date,
        cast(null as string) as language_code,
        cast(null as string) as time_zone,
        cast(null as string) as city,
        shipping_postcode as postcode,
        cast(null as string) as region_code,
        shipping_country_code as country_code,
        cast(null as string) as acquisition_source
    from latest_deliveries
    where delivery_rank = 1

)

select * from final
