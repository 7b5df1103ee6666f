with

accepted as (

    select * from {{ ref('base_web__identifies') }}
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
        addressed.identify_id,
        addressed.anonymous_id,
        nullif(trim(addressed.user_id), '') as user_id,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        addressed.identified_at,
        cast(addressed.identified_at as date) as event_date,
        cast(addressed._loaded_at as date) as load_date,
        {{ is_too_late('addressed.identified_at', 'addressed') }} as is_too_late,
        addressed._loaded_at
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
