-- Unless one chain of events was cut at midnight.
with

ordered_sessions as (

    select
        session_id,
        device_key,
        chain_started_at,
        session_started_at,
        lag(session_ended_at) over (partition by device_key order by session_started_at, session_id) as previous_ended_at,
        lag(chain_started_at) over (partition by device_key order by session_started_at, session_id) as previous_chain_started_at
    from {{ ref('int_web_sessions') }}

)

select *
from ordered_sessions
where
    session_started_at < previous_ended_at
    or (
        chain_started_at <> previous_chain_started_at
        and not ({{ is_after_a_gap('previous_ended_at', 'session_started_at') }})
    )
