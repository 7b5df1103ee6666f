-- What this run found out has reached the ops store: the rows of its clock there are those of the run.
-- depends_on: {{ ref('int_identity_changes') }}
with

newest_run as (

    select clock.as_of_at
    from {{ ref('int_clock') }} as clock
    inner join {{ ref('stg_ops__identity_runs') }} as runs
        on clock.as_of_at = runs.as_of_at
    left join {{ ref('stg_ops__identity_runs') }} as later_runs
        on clock.as_of_at < later_runs.as_of_at
    where later_runs.as_of_at is null

),

found as (

    select
        member_changes.identifier_hash,
        member_changes.customer_id,
        member_changes.is_anchor
    from {{ ref('int_identity_member_changes') }} as member_changes
    cross join newest_run

),

recorded as (

    select
        members.identifier_hash,
        members.customer_id,
        members.is_anchor
    from {{ ref('stg_ops__identity_members') }} as members
    inner join newest_run
        on members.changed_at = newest_run.as_of_at

)

select
    coalesce(found.identifier_hash, recorded.identifier_hash) as identifier_hash,
    case when recorded.identifier_hash is null then 'not recorded' else 'not found' end as problem
from found
full outer join recorded
    on
        found.identifier_hash = recorded.identifier_hash
        and coalesce(found.customer_id, '') = coalesce(recorded.customer_id, '')
        and found.is_anchor = recorded.is_anchor
where
    found.identifier_hash is null
    or recorded.identifier_hash is null
