with

consent_events as (

    select * from {{ ref('stg_crm__consent_events') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

clock as (

    select * from {{ ref('int_clock') }}

),

keyed as (

    select
        consent_events.*,
        {{ identifier_key('crm_contact_id', 'consent_events.contact_id') }} as contact_key,
        {{ identifier_key('email', 'consent_events.email') }} as mailbox_key
    from consent_events
    cross join clock
    where consent_events.occurred_at < clock.as_of_at

),

final as (

    select
        keyed.consent_event_id,
        keyed.mailbox_key,
        keyed.channel,
        keyed.purpose,
        keyed.status,
        keyed.occurred_at,
        coalesce(by_contact.customer_id, by_email.customer_id) as customer_id
    from keyed
    left join identity_map as by_contact
        on keyed.contact_key = by_contact.identifier_key
    left join identity_map as by_email
        on keyed.mailbox_key = by_email.identifier_key

)

select * from final
