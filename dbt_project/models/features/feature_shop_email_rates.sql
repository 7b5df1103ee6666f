with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

-- Of every address, whoever it belongs to: the rate of a date stays the same when an address is found to be somebody's later.
days as (

    select
        event_date,
        load_date,
        sum(delivered_count) as delivered_count,
        sum(human_open_count) as human_open_count,
        sum(click_count) as click_count
    from {{ ref('int_email_days') }}
    group by
        event_date,
        load_date

),

sums as (

    select
        as_of_dates.as_of_date,
        sum(days.delivered_count) as delivered_count,
        sum(days.human_open_count) as human_open_count,
        sum(days.click_count) as click_count
    from as_of_dates
    inner join days
        on
            as_of_dates.as_of_date > days.event_date
            and as_of_dates.known_until_date > days.load_date
    where days.event_date >= {{ dbt.dateadd('day', -365, 'as_of_dates.as_of_date') }}
    group by as_of_dates.as_of_date

),

final as (

    select
        as_of_dates.as_of_date,
        cast(coalesce(sums.delivered_count, 0) as bigint) as delivered_count_365d,
        case
            when sums.delivered_count > 0
                then {{ rounded('least(1.0, cast(sums.human_open_count as double) / sums.delivered_count)', 6) }}
        end as human_open_rate_365d,
        case
            when sums.delivered_count > 0
                then {{ rounded('least(1.0, cast(sums.click_count as double) / sums.delivered_count)', 6) }}
        end as click_rate_365d
    from as_of_dates
    left join sums
        on as_of_dates.as_of_date = sums.as_of_date

)

select * from final
