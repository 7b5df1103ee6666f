{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

customer_dates as (

    {{ due_rows(ref('feature_customer_dates')) }}

),

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

browser_owners as (

    select * from {{ ref('feature_browser_owners') }}

),

parted_identifiers as (

    select identifier_key
    from identifier_parts

    union

    select identifier_key
    from browser_owners

),

ownerships as (

    select ownerships.*
    from {{ ref('int_identifier_ownerships') }} as ownerships
    left join parted_identifiers
        on ownerships.identifier_key = parted_identifiers.identifier_key
    where parted_identifiers.identifier_key is null

),

owners_of_the_date as (

    select
        identifier_key,
        as_of_date,
        customer_id
    from identifier_parts

    union all

    select
        identifier_key,
        as_of_date,
        customer_id
    from browser_owners

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

    union all

    select
        owners_of_the_date.identifier_key,
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.known_until_date
    from customer_dates
    inner join owners_of_the_date
        on
            customer_dates.customer_id = owners_of_the_date.customer_id
            and customer_dates.as_of_date = owners_of_the_date.as_of_date

)

select * from final
