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

decisions as (

    select
        consent_events.consent_event_id,
        consent_events.channel,
        consent_events.purpose,
        consent_events.status,
        consent_events.occurred_at,
        coalesce(by_contact.customer_id, by_email.customer_id) as customer_id
    from consent_events
    cross join clock
    left join identity_map as by_contact
        on {{ identifier_key('crm_contact_id', 'consent_events.contact_id') }} = by_contact.identifier_key
    left join identity_map as by_email
        on {{ identifier_key('email', 'consent_events.email') }} = by_email.identifier_key
    where consent_events.occurred_at < clock.as_of_at

),

ranked_decisions as (

    select
        *,
        row_number() over (
            partition by customer_id, channel, purpose
            order by occurred_at desc, case when status = 'withdrawn' then 0 else 1 end, consent_event_id desc
        ) as decision_rank,
        max(case when status = 'granted' then occurred_at end) over (
            partition by customer_id, channel, purpose
        ) as last_granted_at
    from decisions
    where customer_id is not null

),

final as (

    select
        customer_id,
        channel,
        purpose,
        occurred_at as decided_at,
        last_granted_at,
        status = 'granted' as has_consent
    from ranked_decisions
    where decision_rank = 1

)

select * from final
