with

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

parted_identifiers as (

    select distinct identifier_key
    from {{ ref('feature_identifier_parts') }}

),

final as (

    select
        order_customers.order_id,
        cast(order_customers.identifier_key as string) as member_id
    from order_customers
    inner join parted_identifiers
        on order_customers.identifier_key = parted_identifiers.identifier_key

)

select * from final
