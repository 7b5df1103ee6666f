with

segment_membership_history as (

    select * from {{ source('ops', 'segment_membership_history') }}

),

final as (

    select
        segment_name,
        customer_id,
        change_type,
        changed_at
    from segment_membership_history

)

select * from final
