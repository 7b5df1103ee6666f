with

accepted as (

    select * from {{ ref('base_crm__consent_events') }}
    where _row_status = 'accepted'

),

addressed as (

    select
        *,
        {{ email_as_given('email') }} as email_as_given
    from accepted

),

final as (

    select
        consent_event_id,
        contact_id,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        lower(trim(channel)) as channel,
        lower(trim(purpose)) as purpose,
        lower(trim(status)) as status,
        source,
        occurred_at,
        _loaded_at
    from addressed

)

select * from final
