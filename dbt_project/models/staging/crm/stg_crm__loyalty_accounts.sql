with

accepted as (

    select * from {{ ref('base_crm__loyalty_accounts') }}
    where _row_status = 'accepted'

),

versioned as (

    select
        *,
        lead(updated_at) over (partition by loyalty_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        loyalty_id,
        contact_id,
        joined_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        _loaded_at,
        nullif(lower(trim(tier)), '') as tier,
        case when points >= 0 then points end as points,
        valid_to is null as is_current,
        case when points < 0 then 'points' end as invalid_attributes
    from versioned

)

select * from final
