with

suppressions as (

    select * from {{ ref('int_email_suppressions') }}

),

customer_emails as (

    select * from {{ ref('int_customer_emails') }}

),

consents as (

    select * from {{ ref('int_customer_consents') }}
    where channel = 'email' and purpose = 'marketing'

),

opt_outs as (

    select * from {{ ref('int_mailbox_opt_outs') }}
    where purpose = 'marketing'

),

applicable as (

    select
        customer_emails.customer_id,
        suppressions.suppression_reason,
        suppressions.suppressed_at,
        suppressions.priority
    from suppressions
    inner join customer_emails
        on suppressions.identifier_key = customer_emails.identifier_key
    left join consents
        on customer_emails.customer_id = consents.customer_id
    left join opt_outs
        on customer_emails.identifier_key = opt_outs.identifier_key
    where
        (suppressions.is_person_wide or customer_emails.email_rank = 1)
        and not (
            suppressions.is_lifted_by_later_consent
            and consents.has_consent
            and consents.decided_at > suppressions.suppressed_at
            -- A yes for one mailbox lifts the no to another from the person, but not from the mailbox that said no.
            and (customer_emails.email_rank > 1 or opt_outs.identifier_key is null)
        )

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by priority asc, suppressed_at desc, suppression_reason asc
        ) as suppression_rank
    from applicable

),

final as (

    select
        customer_id,
        suppression_reason,
        suppressed_at
    from ranked
    where suppression_rank = 1

)

select * from final
