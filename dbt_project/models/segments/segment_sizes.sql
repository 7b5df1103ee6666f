with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

member_counts as (

    select
        segment_name,
        count(*) as member_count
    from {{ ref('segment_members') }}
    group by segment_name

),

change_counts as (

    select
        segment_name,
        sum(case when change_type = 'entered' then 1 else 0 end) as entered_count,
        sum(case when change_type = 'left' then 1 else 0 end) as left_count
    from {{ ref('segment_membership_changes') }}
    group by segment_name

),

counted as (

    select
        definitions.*,
        coalesce(member_counts.member_count, 0) as member_count,
        coalesce(change_counts.entered_count, 0) as entered_count,
        coalesce(change_counts.left_count, 0) as left_count
    from definitions
    left join member_counts
        on definitions.segment_name = member_counts.segment_name
    left join change_counts
        on definitions.segment_name = change_counts.segment_name

),

final as (

    select
        segment_name,
        segment_description,
        segment_owner,
        is_static,
        refresh_cadence,
        priority,
        policy_minimum_size,
        minimum_size,
        member_count,
        cast(entered_count as bigint) as entered_count,
        cast(left_count as bigint) as left_count,
        member_count >= minimum_size and segment_owner is not null as is_published,
        case
            when segment_owner is null then 'no owner'
            when member_count < minimum_size then 'below minimum size'
        end as unpublished_reason
    from counted

)

select * from final
