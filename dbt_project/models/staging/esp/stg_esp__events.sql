with

accepted as (

    select * from {{ ref('base_esp__events') }}
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
        addressed.event_id,
        addressed.message_id,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        lower(trim(addressed.event_type)) as event_type,
        addressed.event_at,
        nullif(addressed.url, '') as url,
        nullif(addressed.user_agent, '') as user_agent,
        nullif(lower(addressed.ip_class), '') as ip_class,
        cast(addressed.event_at as date) as event_date,
        cast(addressed._loaded_at as date) as load_date,
        {{ is_too_late('addressed.event_at', 'addressed') }} as is_too_late,
        addressed._loaded_at,
        addressed._file_id
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
