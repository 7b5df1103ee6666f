with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

parted_components as (

    select * from {{ ref('feature_parted_components') }}

),

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

identifiers as (

    select
        identity_map.customer_id,
        cast(identity_map.first_seen_at as date) as first_seen_date,
        cast(identity_map.first_loaded_at as date) as first_load_date,
        parted_components.component_key is not null as is_parted
    from {{ ref('int_identity_map') }} as identity_map
    left join parted_components
        on identity_map.component_key = parted_components.component_key
    where
        identity_map.customer_id is not null
        and identity_map.is_known

),

-- Enough customers to learn from; more would only cost time. By a hash, so that who is in the sample changes little from day to day.
sampling as (

    select
        least(
            {{ var('training_sample_percent') }},
            ceil(100.0 * {{ var('training_customer_limit') }} / greatest(count(distinct customer_id), 1))
        ) as sample_percent
    from identifiers

),

sampled_identifiers as (

    select
        customer_id,
        first_seen_date,
        first_load_date,
        mod({{ identifier_hash('customer_id') }}, 100) as sample_bucket
    from identifiers
    where not is_parted

),

sampled_parts as (

    select
        customer_id,
        current_customer_id,
        as_of_date,
        first_seen_date,
        mod({{ identifier_hash('customer_id') }}, 100) as sample_bucket
    from identifier_parts

),

known_identifiers as (

    select
        sampled_identifiers.customer_id,
        sampled_identifiers.customer_id as current_customer_id,
        sampled_identifiers.sample_bucket,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date,
        min(sampled_identifiers.first_seen_date) as first_identified_date
    from sampled_identifiers
    cross join sampling
    inner join as_of_dates
        on
            sampled_identifiers.first_seen_date < as_of_dates.as_of_date
            and sampled_identifiers.first_load_date < as_of_dates.known_until_date
            and (as_of_dates.is_scoring_date or sampled_identifiers.sample_bucket < sampling.sample_percent)
    group by
        sampled_identifiers.customer_id,
        sampled_identifiers.sample_bucket,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date

    union all

    select
        sampled_parts.customer_id,
        sampled_parts.current_customer_id,
        sampled_parts.sample_bucket,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date,
        min(sampled_parts.first_seen_date) as first_identified_date
    from sampled_parts
    cross join sampling
    inner join as_of_dates
        on
            sampled_parts.as_of_date = as_of_dates.as_of_date
            and (as_of_dates.is_scoring_date or sampled_parts.sample_bucket < sampling.sample_percent)
    group by
        sampled_parts.customer_id,
        sampled_parts.current_customer_id,
        sampled_parts.sample_bucket,
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date

),

final as (

    select
        customer_id,
        current_customer_id,
        as_of_date,
        known_until_date,
        is_scoring_date,
        sample_bucket,
        {{ days_between('first_identified_date', 'as_of_date') }} as tenure_days
    from known_identifiers

)

select * from final
