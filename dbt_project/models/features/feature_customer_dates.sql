with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

identifiers as (

    select
        customer_id,
        cast(first_seen_at as date) as first_seen_date,
        cast(first_loaded_at as date) as first_load_date
    from {{ ref('int_identity_map') }}
    where
        customer_id is not null
        and is_known

),

known_identifiers as (

    select
        identifiers.customer_id,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date,
        min(identifiers.first_seen_date) as first_identified_date
    from identifiers
    inner join as_of_dates
        on
            identifiers.first_seen_date < as_of_dates.as_of_date
            and identifiers.first_load_date < as_of_dates.known_until_date
    group by
        identifiers.customer_id,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date

),

sampled as (

    select
        customer_id,
        as_of_date,
        known_until_date,
        is_scoring_date,
        first_identified_date,
        mod({{ identifier_hash('customer_id') }}, 100) as sample_bucket
    from known_identifiers

),

final as (

    select
        customer_id,
        as_of_date,
        known_until_date,
        is_scoring_date,
        sample_bucket,
        {{ days_between('first_identified_date', 'as_of_date') }} as tenure_days
    from sampled
    where
        is_scoring_date
        or sample_bucket < {{ var('training_sample_percent') }}

)

select * from final
