with

decisions as (

    select * from {{ ref('int_consent_decisions') }}
    where channel = 'email'

),

mailboxes as (

    select * from {{ ref('int_identity_map') }}
    where identifier_type = 'email'

),

suppressions as (

    select * from {{ ref('int_email_suppressions') }}
    where is_lifted_by_later_consent

),

-- A decision that names a mailbox is about that one. One that names none is about all that the person has.
signals as (

    select
        mailbox_key as identifier_key,
        purpose,
        status,
        occurred_at
    from decisions
    where mailbox_key is not null

    union all

    select
        mailboxes.identifier_key,
        decisions.purpose,
        decisions.status,
        decisions.occurred_at
    from decisions
    inner join mailboxes
        on decisions.customer_id = mailboxes.customer_id
    where decisions.mailbox_key is null

    union all

    select
        identifier_key,
        'marketing' as purpose,
        'withdrawn' as status,
        suppressed_at as occurred_at
    from suppressions

),

latest_signals as (

    select
        identifier_key,
        purpose,
        max(case when status = 'withdrawn' then occurred_at end) as opted_out_at,
        max(case when status = 'granted' then occurred_at end) as last_granted_at
    from signals
    group by
        identifier_key,
        purpose

),

final as (

    select
        identifier_key,
        purpose,
        opted_out_at
    from latest_signals
    where
        opted_out_at is not null
        and (last_granted_at is null or last_granted_at <= opted_out_at)

)

select * from final
