-- Overlapping, unreachable and contradictory triggers; model int_trigger_policy_problems says what is wrong and why.
select
    trigger_name,
    other_trigger_name,
    problem,
    explanation
from {{ ref('int_trigger_policy_problems') }}
