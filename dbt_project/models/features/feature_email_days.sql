{{ config(materialized='view') }}
-- A view, because it only takes the days of customers with parts apart.

with

email_days as (

    select * from {{ ref('fct_email_days') }}

),

address_days as (

    select * from {{ ref('int_email_days') }}

),

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

parted_customers as (

    select distinct current_customer_id as customer_id
    from identifier_parts

),

parted_identifiers as (

    select distinct identifier_key
    from identifier_parts

),

whole_days as (

    select
        email_days.customer_id as member_id,
        email_days.activity_date,
        email_days.load_date,
        email_days.delivered_count,
        email_days.human_open_count,
        email_days.machine_open_count,
        email_days.click_count
    from email_days
    left join parted_customers
        on email_days.customer_id = parted_customers.customer_id
    where parted_customers.customer_id is null

),

parted_days as (

    select
        cast(address_days.identifier_key as string) as member_id,
        address_days.event_date as activity_date,
        address_days.load_date,
        address_days.delivered_count,
        address_days.human_open_count,
        address_days.machine_open_count,
        address_days.click_count
    from address_days
    inner join parted_identifiers
        on address_days.identifier_key = parted_identifiers.identifier_key

),

final as (

    select * from whole_days
    union all
    select * from parted_days

)

select * from final
