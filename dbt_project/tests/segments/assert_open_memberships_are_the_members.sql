-- The open stays are exactly the members, unless the clock is behind the newest recorded run.
with

open_stays as (

    select
        segment_name,
        customer_id
    from {{ ref('segment_memberships') }}
    where is_current

),

run as (

    select min(case when is_newest_run then 1 else 0 end) as is_newest_run
    from {{ ref('segment_refreshes') }}

),

members as (

    select
        segment_name,
        customer_id
    from {{ ref('segment_members') }}

)

select
    coalesce(open_stays.segment_name, members.segment_name) as segment_name,
    coalesce(open_stays.customer_id, members.customer_id) as customer_id
from open_stays
full outer join members
    on
        open_stays.segment_name = members.segment_name
        and open_stays.customer_id = members.customer_id
cross join run
where
    run.is_newest_run = 1
    and (open_stays.customer_id is null or members.customer_id is null)
