with

accepted as (

    select * from {{ ref('base_crm__email_verdicts') }}
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
        addressed.verdict_id,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        lower(trim(addressed.verdict)) as verdict,
        addressed.checked_at,
        addressed._loaded_at
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
