with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

customers as (

    select count(distinct customer_id) as customer_count
    from {{ ref('int_identity_map') }}
    where
        customer_id is not null
        and is_known

),

-- Enough customers to learn from; more would only cost time. By a hash, so that who is in the sample changes little from day to day.
sampling as (

    select
        least(
            {{ var('training_sample_percent') }},
            ceil(100.0 * {{ var('training_customer_limit') }} / greatest(customer_count, 1))
        ) as sample_percent
    from customers

),

affinity_weights as (

    select {{ exact_sum(transient_hash(['signal_name', 'weight', 'window_days'])) }} as weights_digest
    from {{ ref('category_affinity_weights') }}

),

final as (

    select
        as_of_dates.as_of_date,
        as_of_dates.known_until_date,
        as_of_dates.is_scoring_date,
        as_of_dates.grid_number,
        cast(case when as_of_dates.is_scoring_date then 100 else sampling.sample_percent end as bigint) as sample_percent,
        case
            when not as_of_dates.is_scoring_date
                then cast(
                    {{ transient_hash([
                        'as_of_dates.known_until_date',
                        'sampling.sample_percent',
                        'affinity_weights.weights_digest',
                        'email_rates.human_open_rate_365d',
                        'email_rates.click_rate_365d',
                        'rhythms.mean_days_between_orders'
                    ]) }} as decimal(38, 0)
                )
        end as input_digest
    from as_of_dates
    cross join sampling
    cross join affinity_weights
    left join {{ ref('feature_shop_email_rates') }} as email_rates
        on as_of_dates.as_of_date = email_rates.as_of_date
    left join {{ ref('feature_shop_rhythm') }} as rhythms
        on as_of_dates.as_of_date = rhythms.as_of_date

)

select * from final
