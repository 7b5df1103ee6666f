with

accepted as (

    select * from {{ ref('base_esp__messages') }}
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
        addressed.message_id,
        nullif(addressed.campaign_id, '') as campaign_id,
        nullif(lower(trim(addressed.variant)), '') as variant,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        addressed.sent_at,
        addressed._loaded_at,
        addressed._file_id
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
