-- Fails the build if any sync_ model holds somebody whom we may not write to. Consent, suppression and validity are looked up again
-- in what the sources said about the mailbox, however its address is spelt, and not only in the flags that the audiences were made
-- from. Every model in the folder is checked, new ones too.

with

clock as (

    select * from {{ ref('int_clock') }}

),

members as (

    {% for name in models_in_folder('models/sync') %}
        select
            '{{ name }}' as model_name,
            customer_id,
            email,
            {{ email_identity('email') }} as mailbox
        from {{ ref(name) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

decisions as (

    select
        consent_events.email,
        consent_events.status,
        consent_events.occurred_at,
        contacts.customer_id
    from {{ ref('stg_crm__consent_events') }} as consent_events
    cross join clock
    left join {{ ref('int_identity_map') }} as contacts
        on {{ identifier_key('crm_contact_id', 'consent_events.contact_id') }} = contacts.identifier_key
    where
        consent_events.channel = 'email'
        and consent_events.purpose = 'marketing'
        and consent_events.occurred_at < clock.as_of_at

),

-- A yes counts for the mailbox that it names, or, if it names none, for the person.
grants as (

    select
        email as mailbox,
        occurred_at
    from decisions
    where
        status = 'granted'
        and email is not null

    union all

    select
        members.mailbox,
        decisions.occurred_at
    from members
    inner join decisions
        on members.customer_id = decisions.customer_id
    where
        decisions.status = 'granted'
        and decisions.email is null

),

granted as (

    select
        mailbox,
        max(occurred_at) as granted_at
    from grants
    group by mailbox

),

withdrawn as (

    select
        email,
        max(occurred_at) as withdrawn_at
    from decisions
    where
        status = 'withdrawn'
        and email is not null
    group by email

),

suppressions as (

    select
        suppressions.email,
        max(suppressions.suppressed_at) as suppressed_at,
        bool_or(coalesce(not suppression_rules.is_lifted_by_later_consent, true)) as is_final
    from {{ ref('stg_esp__suppressions') }} as suppressions
    cross join clock
    left join {{ ref('suppression_rules') }} as suppression_rules
        on suppressions.reason = suppression_rules.suppression_reason
    where
        suppressions.is_current
        and suppressions.suppressed_at < clock.as_of_at
        and (suppressions.lifted_at is null or suppressions.lifted_at >= clock.as_of_at)
    group by suppressions.email

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        members.model_name,
        members.customer_id,
        case
            when customers.customer_id is null then 'no such customer'
            when members.email is null then 'no e-mail address'
            when not coalesce(customers.is_email_mailable, false) then 'not mailable'
            when not coalesce(customers.has_email_marketing_consent, false) then 'no consent'
            when coalesce(customers.is_email_suppressed, true) then 'suppressed'
            when suppressions.is_final or suppressions.suppressed_at >= coalesce(granted.granted_at, suppressions.suppressed_at)
                then 'on the suppression list of the provider'
            when withdrawn.withdrawn_at >= coalesce(granted.granted_at, withdrawn.withdrawn_at)
                then 'the last decision about the address withdrew consent'
        end as problem
    from members
    left join customers
        on members.customer_id = customers.customer_id
    left join suppressions
        on members.mailbox = suppressions.email
    left join granted
        on members.mailbox = granted.mailbox
    left join withdrawn
        on members.mailbox = withdrawn.email

)

select * from final
where problem is not null
