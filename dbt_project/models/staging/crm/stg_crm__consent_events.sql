with

accepted as (

    select * from {{ ref('base_crm__consent_events') }}
    where _row_status = 'accepted'

),

email_providers as (

    select * from {{ ref('email_providers') }}

),

addressed as (

    select
        *,
        {{ email_as_given('email') }} as email_as_given
    from accepted

),

final as (

    select
        addressed.consent_event_id,
        addressed.contact_id,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        lower(trim(addressed.channel)) as channel,
        lower(trim(addressed.purpose)) as purpose,
        lower(trim(addressed.status)) as status,
        nullif(lower(trim(addressed.source)), '') as source,
        addressed.occurred_at,
        addressed._loaded_at
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
