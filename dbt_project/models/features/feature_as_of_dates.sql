with

clock as (

    select
        as_of_date,
        {{ grid_number(dbt.dateadd('day', -1, 'as_of_date')) }} as newest_grid_number,
        {{ grid_number(dbt.dateadd('day', '-' ~ var('training_date_step_days'), 'as_of_date')) }} as newest_whole_grid_number
    from {{ ref('int_clock') }}

),

steps as (

    {% for step in range(var('training_date_count') + 1) %}
        select {{ step }} as steps_back
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

grid_dates as (

    select
        clock.newest_grid_number - steps.steps_back as grid_number,
        cast(
            {{ dbt.dateadd(
                'day',
                '(clock.newest_grid_number - steps.steps_back) * ' ~ var('training_date_step_days'),
                "cast('" ~ var('training_grid_date') ~ "' as date)"
            ) }} as date
        ) as as_of_date
    from clock
    cross join steps
    where clock.newest_grid_number - steps.steps_back > clock.newest_whole_grid_number - {{ var('training_date_count') }}

),

dates as (

    select
        as_of_date,
        cast(null as bigint) as grid_number,
        true as is_scoring_date
    from clock

    union all

    select
        as_of_date,
        grid_number,
        false as is_scoring_date
    from grid_dates

),

final as (

    select
        as_of_date,
        cast({{ dbt.dateadd('day', var('snapshot_grace_days'), 'as_of_date') }} as date) as known_until_date,
        is_scoring_date,
        grid_number
    from dates

)

select * from final
