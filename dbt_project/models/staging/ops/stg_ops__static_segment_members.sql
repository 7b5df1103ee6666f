with

static_segment_members as (

    select * from {{ source('ops', 'static_segment_members') }}

),

final as (

    select
        segment_name,
        customer_id,
        frozen_at
    from static_segment_members

)

select * from final
