with

clock as (

    select * from {{ ref('int_clock') }}

),

steps as (

    {% for step in range(var('training_date_count') + 1) %}
        select {{ step }} as step_number
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

dates as (

    select
        steps.step_number = 0 as is_scoring_date,
        cast(
            {{ dbt.dateadd('day', '-steps.step_number * ' ~ var('training_date_step_days'), 'clock.as_of_date') }} as date
        ) as as_of_date
    from clock
    cross join steps

),

final as (

    select
        as_of_date,
        cast({{ dbt.dateadd('day', var('snapshot_grace_days'), 'as_of_date') }} as date) as known_until_date,
        is_scoring_date
    from dates

)

select * from final
