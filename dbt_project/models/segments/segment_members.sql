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

-- Who has just come out of a split was nobody's member, or left when the data merged the two: nothing to keep until the segment is due.
split_now as (

    select
        candidates.segment_name,
        candidates.customer_id
    from {{ ref('segment_candidates') }} as candidates
    inner join refreshes
        on candidates.segment_name = refreshes.segment_name
    inner join {{ ref('int_identity_changes_found') }} as identity_changes
        on
            candidates.customer_id = identity_changes.after_customer_id
            and identity_changes.change_type = 'split'
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
    select * from split_now
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
