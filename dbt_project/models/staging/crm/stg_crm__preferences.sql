with

accepted as (

    select * from {{ ref('base_crm__preferences') }}
    where _row_status = 'accepted'

),

versioned as (

    select
        *,
        lead(updated_at) over (partition by contact_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        contact_id,
        {{ tidy_list('topics') }} as topics,
        nullif(lower(trim(frequency)), '') as frequency,
        {{ tidy_list('channels') }} as channels,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        _loaded_at
    from versioned

)

select * from final
