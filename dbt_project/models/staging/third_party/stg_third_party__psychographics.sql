with

accepted as (

    select * from {{ ref('base_third_party__psychographics') }}
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

identified as (

    select
        addressed.*,
        {{ email_identity('addressed.email_as_given', 'email_providers') }} as identity_email
    from addressed
    left join email_providers on split_part(addressed.email_as_given, '@', 2) = email_providers.domain

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
