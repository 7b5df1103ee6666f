with

members as (

    select
        members.customer_id,
        members.segment_name,
        sizes.is_published,
        row_number() over (
            partition by members.customer_id
            order by
                case when sizes.is_published then 0 else 1 end asc,
                sizes.priority asc,
                members.segment_name asc
        ) as segment_rank
    from {{ ref('segment_members') }} as members
    inner join {{ ref('segment_sizes') }} as sizes
        on members.segment_name = sizes.segment_name

),

final as (

    select
        customer_id,
        cast(count(*) as bigint) as segment_count,
        max(case when segment_rank = 1 and is_published then segment_name end) as primary_segment,
        {{ joined_text('segment_name', ';', 'segment_rank') }} as segment_names
    from members
    group by customer_id

)

select * from final
