with

accepted as (

    select * from {{ ref('base_esp__suppressions') }}
    where _row_status = 'accepted'

),

addressed as (

    select
        *,
        {{ email_as_given('email') }} as email_as_given,
        lead(updated_at) over (partition by suppression_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        suppression_id,
        {{ email_identity('email_as_given') }} as email,
        email_as_given,
        nullif(lower(trim(reason)), '') as reason,
        suppressed_at,
        lifted_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        _loaded_at
    from addressed

)

select * from final
