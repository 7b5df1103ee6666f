with

accepted as (

    select * from {{ ref('base_third_party__demographics') }}
    where _row_status = 'accepted'

),

addressed as (

    select
        *,
        {{ email_as_given('email') }} as email_as_given
    from accepted

),

identified as (

    select
        *,
        {{ email_identity('email_as_given') }} as identity_email
    from addressed

),

-- two spellings of one mailbox are one key, so equal times are possible: the later delivery then counts
versioned as (

    select
        *,
        lead(updated_at) over (partition by identity_email order by updated_at, _file_id, _row_number) as valid_to
    from identified

),

final as (

    select
        identity_email as email,
        email_as_given,
        is_homeowner,
        updated_at,
        updated_at as valid_from,
        valid_to,
        _loaded_at,
        nullif(lower(trim(income_band)), '') as income_band,
        case when household_size between 1 and 30 then household_size end as household_size,
        nullif(lower(trim(education)), '') as education,
        valid_to is null as is_current,
        case when not household_size between 1 and 30 then 'household_size' end as invalid_attributes
    from versioned

)

select * from final
