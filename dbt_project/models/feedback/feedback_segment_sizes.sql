-- After this run was recorded: on Spark a table that is being written anew cannot be read.
-- depends_on: {{ ref('segment_memberships') }}

with

clock as (

    select * from {{ ref('int_clock') }}

),

earlier_runs as (

    select
        runs.segment_name,
        runs.as_of_at,
        runs.member_count
    from {{ ref('stg_ops__segment_runs') }} as runs
    cross join clock
    where runs.as_of_at < clock.as_of_at

),

this_run as (

    select
        sizes.segment_name,
        clock.as_of_at,
        sizes.member_count
    from {{ ref('segment_sizes') }} as sizes
    cross join clock

),

runs as (

    select * from earlier_runs
    union all
    select * from this_run

),

compared as (

    select
        segment_name,
        as_of_at,
        member_count,
        lag(member_count) over (partition by segment_name order by as_of_at) as previous_member_count
    from runs

),

final as (

    select
        segment_name,
        as_of_at,
        member_count,
        previous_member_count,
        {{ rounded('cast(member_count - previous_member_count as double) / nullif(previous_member_count, 0)', 6) }} as size_change_share,
        coalesce(
            abs(cast(member_count - previous_member_count as double) / nullif(previous_member_count, 0))
            <= {{ var('segment_size_swing_share') }},
            previous_member_count is null or previous_member_count = member_count
        ) as is_within_band
    from compared

)

select * from final
