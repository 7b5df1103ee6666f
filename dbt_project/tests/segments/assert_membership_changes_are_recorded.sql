-- What this run decided has reached the ops store: the changes of its clock there are the changes of the run, row for row.
-- depends_on: {{ ref('segment_memberships') }}
with

newest_run as (

    select distinct as_of_at
    from {{ ref('segment_refreshes') }}
    where is_newest_run

),

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
    inner join newest_run
        on history.changed_at = newest_run.as_of_at

),

final as (

    select
        coalesce(decided.segment_name, recorded.segment_name) as segment_name,
        coalesce(decided.customer_id, recorded.customer_id) as customer_id,
        case when recorded.customer_id is null then 'not recorded' else 'not decided' end as problem
    from decided
    full outer join recorded
        on
            decided.segment_name = recorded.segment_name
            and decided.customer_id = recorded.customer_id
            and decided.change_type = recorded.change_type
            and decided.changed_at = recorded.changed_at
    where
        decided.customer_id is null
        or recorded.customer_id is null

)

select * from final
