with

accepted as (

    select * from {{ ref('base_esp__suppressions') }}
    where _row_status = 'accepted'

),

email_providers as (

    select * from {{ ref('email_providers') }}

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
        addressed.suppression_id,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as email,
        addressed.email_as_given,
        nullif(lower(trim(addressed.reason)), '') as reason,
        addressed.suppressed_at,
        addressed.lifted_at,
        addressed.updated_at,
        addressed.updated_at as valid_from,
        addressed.valid_to,
        addressed.valid_to is null as is_current,
        addressed._loaded_at
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

)

select * from final
