with

accepted as (

    select * from {{ ref('base_third_party__psychographics') }}
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
        {{ tidy_list('interests') }} as interests,
        nullif(lower(trim(lifestyle)), '') as lifestyle,
        nullif(lower(trim(price_attitude)), '') as price_attitude,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        _loaded_at
    from versioned

)

select * from final
