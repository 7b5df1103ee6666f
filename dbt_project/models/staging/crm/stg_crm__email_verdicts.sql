with

accepted as (

    select * from {{ ref('base_crm__email_verdicts') }}
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
        verdict_id,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        lower(trim(verdict)) as verdict,
        checked_at,
        _loaded_at
    from addressed

)

select * from final
