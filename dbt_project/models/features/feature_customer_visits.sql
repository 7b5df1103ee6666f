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

customer_identifiers as (

    {{ due_rows(ref('feature_customer_identifiers')) }}

),

visits as (

    select
        event_date,
        load_date,
        device_type,
        geo_country as country_code,
        coalesce(account_key, device_key) as identifier_key,
        {{ local_hour('first_event_at', "'UTC'") }} as visit_hour
    from {{ ref('int_web_visit_pieces') }}
    where not is_bot

),

counts as (

    select
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        visits.device_type,
        visits.country_code,
        visits.visit_hour,
        count(*) as visit_count
    from customer_identifiers
    inner join visits
        on
            customer_identifiers.identifier_key = visits.identifier_key
            and customer_identifiers.as_of_date > visits.event_date
            and customer_identifiers.known_until_date > visits.load_date
    where visits.event_date >= {{ dbt.dateadd('day', -90, 'customer_identifiers.as_of_date') }}
    group by
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        visits.device_type,
        visits.country_code,
        visits.visit_hour

),

devices as (

    select
        customer_id,
        as_of_date,
        sum(visit_count) as visit_count,
        sum(case when device_type = 'mobile' then visit_count else 0 end) as mobile_visit_count
    from counts
    group by
        customer_id,
        as_of_date

),

hours as (

    select
        customer_id,
        as_of_date,
        visit_hour,
        row_number() over (
            partition by customer_id, as_of_date
            order by sum(visit_count) desc, visit_hour asc
        ) as hour_rank
    from counts
    group by
        customer_id,
        as_of_date,
        visit_hour

),

countries as (

    select
        customer_id,
        as_of_date,
        country_code,
        row_number() over (
            partition by customer_id, as_of_date
            order by sum(visit_count) desc, country_code asc
        ) as country_rank
    from counts
    where country_code is not null
    group by
        customer_id,
        as_of_date,
        country_code

),

final as (

    select
        devices.customer_id,
        devices.as_of_date,
        cast(hours.visit_hour as bigint) as usual_visit_hour_90d,
        countries.country_code as usual_visit_country_code_90d,
        {{ rounded('cast(devices.mobile_visit_count as double) / devices.visit_count', 6) }} as mobile_visit_share_90d
    from devices
    inner join hours
        on
            devices.customer_id = hours.customer_id
            and devices.as_of_date = hours.as_of_date
    left join countries
        on
            devices.customer_id = countries.customer_id
            and devices.as_of_date = countries.as_of_date
            and countries.country_rank = 1
    where hours.hour_rank = 1

)

select * from final
