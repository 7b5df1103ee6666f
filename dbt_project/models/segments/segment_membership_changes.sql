with

clock as (

    select distinct
        as_of_at,
        is_newest_run
    from {{ ref('segment_refreshes') }}

),

members as (

    select * from {{ ref('segment_members') }}

),

memberships_before as (

    select * from {{ ref('segment_memberships_before') }}

),

changes as (

    select
        coalesce(members.segment_name, memberships_before.segment_name) as segment_name,
        coalesce(members.customer_id, memberships_before.customer_id) as customer_id,
        case when memberships_before.customer_id is null then 'entered' else 'left' end as change_type
    from members
    full outer join memberships_before
        on
            members.segment_name = memberships_before.segment_name
            and members.customer_id = memberships_before.customer_id
    where
        members.customer_id is null
        or memberships_before.customer_id is null

),

final as (

    select
        changes.segment_name,
        changes.customer_id,
        changes.change_type,
        clock.as_of_at as changed_at
    from changes
    cross join clock
    where clock.is_newest_run

)

select * from final
