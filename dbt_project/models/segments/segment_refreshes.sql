with

clock as (

    select * from {{ ref('int_clock') }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}

),

newest_run as (

    select max(as_of_at) as as_of_at
    from {{ ref('stg_ops__segment_runs') }}

),

last_refreshes as (

    select
        runs.segment_name,
        max(runs.as_of_at) as last_refreshed_at
    from {{ ref('stg_ops__segment_runs') }} as runs
    cross join clock
    where
        runs.is_refreshed
        and runs.as_of_at < clock.as_of_at
    group by runs.segment_name

),

frozen_segments as (

    select
        segment_name,
        min(frozen_at) as frozen_at
    from {{ ref('stg_ops__static_segment_members') }}
    group by segment_name

),

final as (

    select
        definitions.segment_name,
        definitions.is_static,
        clock.as_of_at,
        last_refreshes.last_refreshed_at,
        frozen_segments.segment_name is not null as is_frozen,
        newest_run.as_of_at is null or newest_run.as_of_at <= clock.as_of_at as is_newest_run,
        case
            when definitions.is_static then coalesce(frozen_segments.frozen_at = clock.as_of_at, true)
            when last_refreshes.last_refreshed_at is null then true
            else
                {{ days_between('last_refreshes.last_refreshed_at', 'clock.as_of_at') }}
                >= definitions.refresh_interval_days
        end as is_due
    from definitions
    cross join clock
    cross join newest_run
    left join last_refreshes
        on definitions.segment_name = last_refreshes.segment_name
    left join frozen_segments
        on definitions.segment_name = frozen_segments.segment_name

)

select * from final
