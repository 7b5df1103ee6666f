with

accepted as (

    select * from {{ ref('base_esp__campaigns') }}
    where _row_status = 'accepted'

),

versioned as (

    select
        *,
        lead(updated_at) over (partition by campaign_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        campaign_id,
        name,
        cost,
        scheduled_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        _loaded_at,
        nullif(lower(trim(campaign_type)), '') as campaign_type,
        nullif(lower(trim(category)), '') as category,
        nullif(upper(trim(offer_code)), '') as offer_code,
        nullif(upper(trim(currency)), '') as currency,
        valid_to is null as is_current
    from versioned

)

select * from final
