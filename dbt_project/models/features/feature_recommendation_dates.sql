with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

-- The newest date whose horizon is over.
test_dates as (

    select max(as_of_dates.as_of_date) as as_of_date
    from as_of_dates
    cross join clock
    where {{ days_between('as_of_dates.as_of_date', 'clock.as_of_date') }} >= {{ var('recommendation_horizon_days') }}

),

-- Its horizon is over when that of the test begins, so that nothing that chooses a model is judged again.
validation_dates as (

    select max(as_of_dates.as_of_date) as as_of_date
    from as_of_dates
    cross join test_dates
    where {{ days_between('as_of_dates.as_of_date', 'test_dates.as_of_date') }} >= {{ var('recommendation_horizon_days') }}

),

parts as (

    select
        as_of_date,
        'scoring' as part
    from as_of_dates
    where is_scoring_date

    union all

    select
        as_of_date,
        'test' as part
    from test_dates

    union all

    select
        as_of_date,
        'validation' as part
    from validation_dates

),

final as (

    select
        parts.as_of_date,
        parts.part,
        as_of_dates.known_until_date
    from parts
    inner join as_of_dates
        on parts.as_of_date = as_of_dates.as_of_date

)

select * from final
