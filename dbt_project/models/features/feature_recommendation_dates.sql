with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

{{ model_dates(var('recommendation_horizon_days'), 'validation') }}

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
