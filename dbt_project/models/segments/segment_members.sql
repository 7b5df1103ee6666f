with

refreshes as (

    select * from {{ ref('segment_refreshes') }}

),

worked_out_now as (

    select
        candidates.segment_name,
        candidates.customer_id
    from {{ ref('segment_candidates') }} as candidates
    inner join refreshes
        on candidates.segment_name = refreshes.segment_name
    where
        refreshes.is_due
        and not refreshes.is_frozen

),

kept_until_due as (

    select
        memberships.segment_name,
        memberships.customer_id
    from {{ ref('segment_memberships_before') }} as memberships
    inner join refreshes
        on memberships.segment_name = refreshes.segment_name
    where
        not refreshes.is_due
        and not refreshes.is_static

),

frozen as (

    select
        static_members.segment_name,
        static_members.customer_id
    from {{ ref('stg_ops__static_segment_members') }} as static_members
    inner join refreshes
        on static_members.segment_name = refreshes.segment_name
    where
        refreshes.is_static
        and refreshes.is_frozen

),

members as (

    select * from worked_out_now
    union all
    select * from kept_until_due
    union all
    select * from frozen

),

final as (

    select
        members.segment_name,
        members.customer_id
    from members
    inner join {{ ref('dim_customers') }} as customers
        on members.customer_id = customers.customer_id

)

select * from final
