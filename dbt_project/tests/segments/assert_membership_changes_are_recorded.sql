-- What this run decided has reached the ops store: the changes of its clock there are the changes of the run, row for row.
-- depends_on: {{ ref('segment_memberships') }}
with

decided as (

    select
        segment_name,
        customer_id,
        change_type,
        changed_at
    from {{ ref('segment_membership_changes') }}

),

recorded as (

    select
        history.segment_name,
        history.customer_id,
        history.change_type,
        history.changed_at
    from {{ ref('stg_ops__segment_membership_history') }} as history
    where history.changed_at in (select refreshes.as_of_at from {{ ref('segment_refreshes') }} as refreshes where refreshes.is_newest_run)

),

not_recorded as (

    select * from decided
    except
    select * from recorded

),

not_decided as (

    select * from recorded
    except
    select * from decided

)

select * from not_recorded
union all
select * from not_decided
