{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_customer_dates() }}",
        post_hook="{{ keep_customer_dates() }}"
    )
}}
with

date_inputs as (

    select * from {{ ref('feature_date_inputs') }}

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
        date_inputs.as_of_date,
        date_inputs.known_until_date,
        date_inputs.is_scoring_date,
        min(sampled_identifiers.first_seen_date) as first_identified_date
    from sampled_identifiers
    inner join date_inputs
        on
            sampled_identifiers.first_seen_date < date_inputs.as_of_date
            and sampled_identifiers.first_load_date < date_inputs.known_until_date
            and sampled_identifiers.sample_bucket < date_inputs.sample_percent
    {% if is_incremental() -%}
        inner join {{ beside(this, 'touched') }} as touched
            on
                sampled_identifiers.customer_id = touched.customer_id
                and date_inputs.as_of_date = touched.as_of_date
    {%- endif %}
    group by
        sampled_identifiers.customer_id,
        sampled_identifiers.sample_bucket,
        date_inputs.as_of_date,
        date_inputs.known_until_date,
        date_inputs.is_scoring_date

    union all

    select
        sampled_parts.customer_id,
        sampled_parts.current_customer_id,
        sampled_parts.sample_bucket,
        date_inputs.as_of_date,
        date_inputs.known_until_date,
        date_inputs.is_scoring_date,
        min(sampled_parts.first_seen_date) as first_identified_date
    from sampled_parts
    {% if is_incremental() -%}
        inner join {{ beside(this, 'touched') }} as touched
            on
                coalesce(sampled_parts.current_customer_id, sampled_parts.customer_id) = touched.customer_id
                and sampled_parts.as_of_date = touched.as_of_date
    {%- endif %}
    inner join date_inputs
        on
            sampled_parts.as_of_date = date_inputs.as_of_date
            and sampled_parts.sample_bucket < date_inputs.sample_percent
    group by
        sampled_parts.customer_id,
        sampled_parts.current_customer_id,
        sampled_parts.sample_bucket,
        date_inputs.as_of_date,
        date_inputs.known_until_date,
        date_inputs.is_scoring_date

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
