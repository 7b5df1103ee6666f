select
    'i' || hex40(visit_number) as identify_id,
    anonymous_id,
    user_id,
    as_typed(identified_email, ks) as email,
    started_at + to_seconds((duration * 0.6)::bigint + skew_seconds) as identified_at,
    started_at + to_seconds((duration * 0.6)::bigint + delay_seconds + copy_delay_seconds) as available_at,
    null::int as redelivered_after_hours
from sessions
where user_id is not null or identified_email is not null
