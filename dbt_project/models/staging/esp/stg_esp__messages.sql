with

accepted as (

    select * from {{ ref('base_esp__messages') }}
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
        message_id,
        nullif(campaign_id, '') as campaign_id,
        nullif(lower(trim(variant)), '') as variant,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        sent_at,
        _loaded_at,
        _file_id
    from addressed

)

select * from final
