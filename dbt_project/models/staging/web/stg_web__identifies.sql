with

accepted as (

    select * from {{ ref('base_web__identifies') }}
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
        identify_id,
        anonymous_id,
        nullif(trim(user_id), '') as user_id,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        identified_at,
        cast(identified_at as date) as event_date,
        cast(_loaded_at as date) as load_date,
        {{ is_too_late('identified_at') }} as is_too_late,
        _loaded_at
    from addressed

)

select * from final
