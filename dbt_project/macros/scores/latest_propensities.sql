{#
    CTEs: the clock, the scores of one propensity model that are known as of the clock, and `ranked`, where run_rank = 1 is the newest run of
    them. A clock that was set back finds the scores of that day.
#}
{% macro latest_propensities(model_name) -%}
clock as (

    select * from {{ ref('int_clock') }}

),

known_scores as (

    select propensity_scores.*
    from {{ ref('stg_ml__propensity_scores') }} as propensity_scores
    cross join clock
    where
        propensity_scores.model_name = '{{ model_name }}'
        and propensity_scores.scored_at <= clock.as_of_at

),

ranked as (

    select
        customer_id,
        probability,
        horizon_days,
        model_version,
        scored_at,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_scores

)
{%- endmacro %}
