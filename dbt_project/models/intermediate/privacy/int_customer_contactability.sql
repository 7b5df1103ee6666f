with

customers as (

    select * from {{ ref('int_customers') }}

),

customer_emails as (

    select * from {{ ref('int_customer_emails') }}
    where email_rank = 1

),

customer_phones as (

    select * from {{ ref('int_customer_phones') }}
    where phone_rank = 1

),

consents as (

    select * from {{ ref('int_customer_consents') }}

),

opt_outs as (

    select * from {{ ref('int_mailbox_opt_outs') }}

),

suppressions as (

    select * from {{ ref('int_customer_suppressions') }}

),

-- What a person agreed to by e-mail does not hold for the mailbox in use if that one opted out since.
granted as (

    select
        consents.customer_id,
        consents.channel,
        consents.purpose,
        consents.decided_at
    from consents
    left join customer_emails
        on consents.customer_id = customer_emails.customer_id
    left join opt_outs
        on
            customer_emails.identifier_key = opt_outs.identifier_key
            and consents.channel = 'email'
            and consents.purpose = opt_outs.purpose
    where
        consents.has_consent
        and opt_outs.identifier_key is null

),

granted_per_customer as (

    select
        customer_id,
        max(case when channel = 'email' and purpose = 'marketing' then decided_at end) as email_marketing_consent_at,
        max(case when channel = 'email' and purpose = 'newsletter' then decided_at end) as newsletter_consent_at,
        max(case when channel = 'sms' and purpose = 'marketing' then decided_at end) as sms_marketing_consent_at,
        max(case when channel = 'push' and purpose = 'marketing' then decided_at end) as push_marketing_consent_at
    from granted
    group by customer_id

),

final as (

    select
        customers.customer_id,
        customer_emails.email_as_given as email,
        {{ sha256_hex('customer_emails.email_as_given') }} as email_hash,
        customer_phones.phone,
        customer_emails.verdict as email_verdict,
        customer_emails.email_as_given is not null
        and coalesce(customer_emails.verdict, 'unchecked') <> 'invalid'
        and not customer_emails.is_hard_bounced as is_email_valid,
        granted_per_customer.email_marketing_consent_at is not null as has_email_marketing_consent,
        granted_per_customer.email_marketing_consent_at,
        granted_per_customer.newsletter_consent_at is not null as has_newsletter_consent,
        granted_per_customer.newsletter_consent_at,
        granted_per_customer.sms_marketing_consent_at is not null as has_sms_marketing_consent,
        granted_per_customer.push_marketing_consent_at is not null as has_push_marketing_consent,
        suppressions.customer_id is not null as is_email_suppressed,
        suppressions.suppression_reason as email_suppression_reason
    from customers
    left join customer_emails
        on customers.customer_id = customer_emails.customer_id
    left join customer_phones
        on customers.customer_id = customer_phones.customer_id
    left join granted_per_customer
        on customers.customer_id = granted_per_customer.customer_id
    left join suppressions
        on customers.customer_id = suppressions.customer_id

)

select * from final
