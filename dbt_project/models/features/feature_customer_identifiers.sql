with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

ownerships as (

    select * from {{ ref('int_identifier_ownerships') }}

),

final as (

    select
        ownerships.identifier_key,
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.known_until_date
    from customer_dates
    inner join ownerships
        on
            customer_dates.customer_id = ownerships.customer_id
            and customer_dates.as_of_date > ownerships.known_date
    where
        ownerships.shared_date is null
        or ownerships.shared_date >= customer_dates.as_of_date

)

select * from final
