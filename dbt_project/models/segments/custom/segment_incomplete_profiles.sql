with

thresholds as (

    {{ thresholds(['maximum_completeness']) }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select customers.customer_id
    from customers
    cross join thresholds
    where customers.profile_completeness < thresholds.maximum_completeness

)

select * from final
