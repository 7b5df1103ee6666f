{# Customers of whom a day is new or another one are added up anew. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_id',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_customer_email_inputs'), 'customer_id') }}",
        post_hook="{{ keep_inputs(ref('int_customer_email_inputs'), 'customer_id') }}"
    )
}}
-- depends_on: {{ ref('int_customer_email_inputs') }}

with

email_days as (

    select * from {{ ref('int_email_days') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where
        identifier_type = 'email'
        and customer_id is not null
    {% if is_incremental() -%}
        and customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}

),

addresses as (

    select
        identifier_key,
        customer_id,
        count(*) over (partition by customer_id) as address_count
    from identity_map

),

customer_days as (

    select
        email_days.*,
        addresses.customer_id,
        addresses.address_count
    from email_days
    inner join addresses
        on email_days.identifier_key = addresses.identifier_key

),

-- Most customers have one address, whose days are theirs: only those of others are added up.
added_up as (

    select
        customer_id,
        event_date as activity_date,
        load_date,
        cast(sum(sent_count) as bigint) as sent_count,
        cast(sum(delivered_count) as bigint) as delivered_count,
        cast(sum(human_open_count) as bigint) as human_open_count,
        cast(sum(machine_open_count) as bigint) as machine_open_count,
        cast(sum(click_count) as bigint) as click_count,
        cast(sum(machine_click_count) as bigint) as machine_click_count,
        cast(sum(bounce_count) as bigint) as bounce_count,
        cast(sum(unsubscribe_count) as bigint) as unsubscribe_count,
        cast(sum(complaint_count) as bigint) as complaint_count,
        max(last_human_open_at) as last_human_open_at,
        max(last_click_at) as last_click_at
    from customer_days
    where address_count > 1
    group by
        customer_id,
        event_date,
        load_date

),

final as (

    select
        customer_id,
        event_date as activity_date,
        load_date,
        sent_count,
        delivered_count,
        human_open_count,
        machine_open_count,
        click_count,
        machine_click_count,
        bounce_count,
        unsubscribe_count,
        complaint_count,
        last_human_open_at,
        last_click_at
    from customer_days
    where address_count = 1

    union all

    select * from added_up

)

select * from final
