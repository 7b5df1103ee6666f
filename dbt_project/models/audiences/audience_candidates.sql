with

audience_segments as (

    select
        audience_segments.audience_name,
        audience_segments.segment_name,
        sizes.is_published
    from {{ ref('audience_segments') }} as audience_segments
    inner join {{ ref('segment_sizes') }} as sizes
        on audience_segments.segment_name = sizes.segment_name

),

candidates as (

    select
        audience_segments.audience_name,
        members.customer_id,
        max(case when audience_segments.is_published then 1 else 0 end) as is_in_published_segment
    from {{ ref('segment_members') }} as members
    inner join audience_segments
        on members.segment_name = audience_segments.segment_name
    group by
        audience_segments.audience_name,
        members.customer_id

),

final as (

    select
        candidates.audience_name,
        candidates.customer_id,
        policies.priority,
        policies.experiment_id,
        candidates.is_in_published_segment = 1 as is_in_published_segment
    from candidates
    inner join {{ ref('audience_policies') }} as policies
        on candidates.audience_name = policies.audience_name

)

select * from final
