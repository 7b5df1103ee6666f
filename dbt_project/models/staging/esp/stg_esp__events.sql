with

accepted as (

    select * from {{ ref('base_esp__events') }}
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
        event_id,
        message_id,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        lower(trim(event_type)) as event_type,
        event_at,
        nullif(url, '') as url,
        nullif(user_agent, '') as user_agent,
        nullif(lower(ip_class), '') as ip_class,
        cast(event_at as date) as event_date,
        cast(_loaded_at as date) as load_date,
        {{ is_too_late('event_at') }} as is_too_late,
        _loaded_at,
        _file_id
    from addressed

)

select * from final
