with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

customers as (

    select
        customer_id,
        cast(first_seen_at as date) as first_seen_date,
        mod({{ identifier_hash('customer_id') }}, 100) as sample_bucket
    from {{ ref('dim_customers') }}
    where first_seen_at is not null

),

final as (

    select
        customers.customer_id,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date,
        customers.sample_bucket,
        {{ days_between('customers.first_seen_date', 'as_of_dates.as_of_date') }} as tenure_days
    from customers
    inner join as_of_dates
        on customers.first_seen_date < as_of_dates.as_of_date
    where
        as_of_dates.is_scoring_date
        or customers.sample_bucket < {{ var('training_sample_percent') }}

)

select * from final
