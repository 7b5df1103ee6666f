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

suppressions as (

    select * from {{ ref('int_customer_suppressions') }}

),

consents_per_customer as (

    select
        customer_id,
        bool_or(has_consent and channel = 'email' and purpose = 'marketing') as has_email_marketing_consent,
        max(case when has_consent and channel = 'email' and purpose = 'marketing' then decided_at end) as email_marketing_consent_at,
        bool_or(has_consent and channel = 'email' and purpose = 'newsletter') as has_newsletter_consent,
        max(case when has_consent and channel = 'email' and purpose = 'newsletter' then decided_at end) as newsletter_consent_at,
        bool_or(has_consent and channel = 'sms' and purpose = 'marketing') as has_sms_marketing_consent,
        bool_or(has_consent and channel = 'push' and purpose = 'marketing') as has_push_marketing_consent
    from consents
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
        coalesce(consents_per_customer.has_email_marketing_consent, false) as has_email_marketing_consent,
        consents_per_customer.email_marketing_consent_at,
        coalesce(consents_per_customer.has_newsletter_consent, false) as has_newsletter_consent,
        consents_per_customer.newsletter_consent_at,
        coalesce(consents_per_customer.has_sms_marketing_consent, false) as has_sms_marketing_consent,
        coalesce(consents_per_customer.has_push_marketing_consent, false) as has_push_marketing_consent,
        suppressions.customer_id is not null as is_email_suppressed,
        suppressions.suppression_reason as email_suppression_reason
    from customers
    left join customer_emails
        on customers.customer_id = customer_emails.customer_id
    left join customer_phones
        on customers.customer_id = customer_phones.customer_id
    left join consents_per_customer
        on customers.customer_id = consents_per_customer.customer_id
    left join suppressions
        on customers.customer_id = suppressions.customer_id

)

select * from final
