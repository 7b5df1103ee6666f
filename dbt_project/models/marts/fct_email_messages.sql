{#
    A view: the message is stored in int_email_messages, and to write it a second time for the customer alone costs more than all its readers
    together pay for the look-up.
#}
{{ config(materialized='view') }}

with

messages as (

    select * from {{ ref('int_email_messages') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

final as (

    select
        messages.message_id,
        messages.campaign_id,
        messages.variant,
        identity_map.customer_id,
        messages.email_as_given,
        messages.sent_at,
        messages.delivered_at,
        messages.first_open_at,
        messages.first_human_open_at,
        messages.first_click_at,
        messages.hard_bounced_at,
        messages.soft_bounced_at,
        messages.complained_at,
        messages.unsubscribed_at,
        messages.open_count,
        messages.human_open_count,
        messages.machine_open_count,
        messages.click_count,
        messages.machine_click_count,
        messages.loaded_at
    from messages
    left join identity_map
        on messages.email_key = identity_map.identifier_key

)

select * from final
