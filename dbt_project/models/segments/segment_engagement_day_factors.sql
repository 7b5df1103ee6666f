with

signals as (

    select * from {{ ref('engagement_signals') }}

),

digits as (

    {% for digit in range(10) %}
        select {{ digit }} as digit
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

days as (

    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as days_ago
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones

),

final as (

    select
        signals.signal_name,
        days.days_ago,
        cast(
            {{ rounded('signals.weight * power(0.5, cast(days.days_ago as double) / signals.half_life_days)', 6) }} as decimal(18, 6)
        ) as points_per_event
    from signals
    cross join days
    where days.days_ago between 1 and {{ var('engagement_window_days') }}

)

select * from final
