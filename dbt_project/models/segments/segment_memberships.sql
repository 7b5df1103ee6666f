{{
    config(
        post_hook=[{'sql': '{{ record_segment_run() }}', 'transaction': false}]
    )
}}
-- The hook writes to the ops store, which is another database: see the macro for the order and why it may be repeated.

with

clock as (

    select distinct
        as_of_at,
        is_newest_run
    from {{ ref('segment_refreshes') }}

),

earlier_changes as (

    select
        history.segment_name,
        history.customer_id,
        history.change_type,
        history.changed_at
    from {{ ref('stg_ops__segment_membership_history') }} as history
    cross join clock
    where
        history.changed_at < clock.as_of_at
        or not clock.is_newest_run

),

changes as (

    select * from earlier_changes
    union all
    select * from {{ ref('segment_membership_changes') }}

),

followed as (

    select
        segment_name,
        customer_id,
        change_type,
        changed_at,
        lead(changed_at) over (
            partition by segment_name, customer_id
            order by changed_at
        ) as next_changed_at
    from changes

),

final as (

    select
        segment_name,
        customer_id,
        changed_at as entered_at,
        next_changed_at as left_at,
        next_changed_at is null as is_current
    from followed
    where change_type = 'entered'

)

select * from final
