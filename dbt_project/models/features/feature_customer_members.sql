{{ config(materialized='view') }}
-- A view, because it only adds the parts of some customers. Facts of nearly everybody are read by the customer of today, who is one
-- member; of customers with parts, by identifier.

with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

final as (

    select
        customer_id as member_id,
        customer_id,
        as_of_date,
        known_until_date
    from customer_dates

    union all

    select
        cast(identifier_parts.identifier_key as string) as member_id,
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.known_until_date
    from customer_dates
    inner join identifier_parts
        on
            customer_dates.customer_id = identifier_parts.customer_id
            and customer_dates.as_of_date = identifier_parts.as_of_date

)

select * from final
