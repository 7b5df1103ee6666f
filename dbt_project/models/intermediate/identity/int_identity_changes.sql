{{
    config(
        post_hook=[{'sql': '{{ record_identity_run() }}', 'transaction': false}]
    )
}}
-- The hook writes to the ops store, which is another database: see the macro for the order and why it may be repeated.
-- depends_on: {{ ref('int_identity_member_changes') }}
-- depends_on: {{ ref('int_identity_map') }}

with

clock as (

    select * from {{ ref('int_clock') }}

),

newest_run as (

    select max(as_of_at) as as_of_at
    from {{ ref('stg_ops__identity_runs') }}

),

changes_found as (

    select * from {{ ref('int_identity_changes_found') }}

),

earlier_changes as (

    select
        history.change_type,
        history.before_customer_id,
        history.after_customer_id,
        history.cause,
        history.override_id,
        history.changed_at
    from {{ ref('stg_ops__identity_changes') }} as history
    cross join clock
    cross join newest_run
    where
        history.changed_at < clock.as_of_at
        or newest_run.as_of_at > clock.as_of_at

),

final as (

    select * from earlier_changes

    union all

    select
        changes_found.change_type,
        changes_found.before_customer_id,
        changes_found.after_customer_id,
        changes_found.cause,
        changes_found.override_id,
        changes_found.changed_at
    from changes_found
    cross join clock
    cross join newest_run
    where newest_run.as_of_at is null or newest_run.as_of_at <= clock.as_of_at

)

select * from final
