with

segment_runs as (

    select * from {{ source('ops', 'segment_runs') }}

),

final as (

    select
        segment_name,
        as_of_at,
        is_refreshed,
        member_count
    from segment_runs

)

select * from final
