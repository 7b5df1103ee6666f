with

thresholds as (

    {{ thresholds(['years_back']) }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select customers.customer_id
    from customers
    cross join clock
    cross join thresholds
    where
        customers.has_newsletter_consent
        and extract(year from customers.newsletter_consent_at)
        = extract(year from clock.as_of_date) - thresholds.years_back

)

select * from final
