-- The share held out of each experiment lies within four standard errors of the plan: a hash that draws badly would show here.
with

drawn as (

    select
        assignments.experiment_id,
        count(*) as person_count,
        sum(case when assignments.is_holdout then 1 else 0 end) as holdout_count,
        max(cast(experiments.holdout_percent as double)) / 100 as planned_share
    from {{ ref('audience_assignments') }} as assignments
    inner join {{ ref('experiments') }} as experiments
        on assignments.experiment_id = experiments.experiment_id
    where
        assignments.exclusion_reason is null
        or assignments.exclusion_reason = 'holdout'
    group by assignments.experiment_id

)

select * from drawn
where abs(holdout_count - person_count * planned_share) > 4 * sqrt(person_count * planned_share * (1 - planned_share))
