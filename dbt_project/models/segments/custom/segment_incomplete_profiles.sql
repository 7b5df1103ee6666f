with

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select customers.customer_id
    from customers
    where customers.is_profile_incomplete

)

select * from final
