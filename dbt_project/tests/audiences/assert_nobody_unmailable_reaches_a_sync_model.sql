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

suppressions as (

    select distinct suppressions.email
    from {{ ref('stg_esp__suppressions') }} as suppressions
    cross join clock
    where
        suppressions.is_current
        and suppressions.suppressed_at < clock.as_of_at
        and (suppressions.lifted_at is null or suppressions.lifted_at >= clock.as_of_at)

),

decisions as (

    select
        email,
        status,
        row_number() over (partition by email order by occurred_at desc, consent_event_id desc) as decision_rank
    from {{ ref('stg_crm__consent_events') }}
    where
        channel = 'email'
        and purpose = 'marketing'
        and email is not null

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
            when suppressions.email is not null then 'on the suppression list of the provider'
            when decisions.status = 'withdrawn' then 'the last decision about the address withdrew consent'
        end as problem
    from members
    left join customers
        on members.customer_id = customers.customer_id
    left join suppressions
        on members.mailbox = suppressions.email
    left join decisions
        on
            members.mailbox = decisions.email
            and decisions.decision_rank = 1

)

select * from final
where problem is not null
