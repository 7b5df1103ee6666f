with

clock as (

    select * from {{ ref('int_clock') }}

),

thresholds as (

    {{ thresholds([
        'high_minimum_score',
        'medium_minimum_score',
        'frequent_window_days',
        'frequent_minimum_active_days',
        'sporadic_window_days',
        'sporadic_minimum_active_days',
        'comparison_days',
    ]) }}

),

signal_days as (

    select
        customer_id,
        activity_date,
        'human_open' as signal_name,
        human_open_count as event_count
    from {{ ref('fct_email_days') }}
    where human_open_count > 0
    union all
    select
        customer_id,
        activity_date,
        'click' as signal_name,
        click_count as event_count
    from {{ ref('fct_email_days') }}
    where click_count > 0
    union all
    select
        customer_id,
        activity_date,
        'site_visit' as signal_name,
        session_count as event_count
    from {{ ref('fct_web_days') }}
    where session_count > 0

),

dated as (

    select
        signal_days.customer_id,
        signal_days.signal_name,
        signal_days.event_count,
        signal_days.activity_date,
        {{ days_between('signal_days.activity_date', 'clock.as_of_date') }} as days_ago
    from signal_days
    cross join clock
    where
        signal_days.customer_id is not null
        and signal_days.activity_date < clock.as_of_date
        and signal_days.activity_date
        >= {{ dbt.dateadd('day', '-' ~ (var('engagement_window_days') * 2), 'clock.as_of_date') }}

),

sums as (

    select
        dated.customer_id,
        sum(dated.event_count * coalesce(factors_now.points_per_event, 0)) as score_now,
        sum(dated.event_count * coalesce(factors_earlier.points_per_event, 0)) as score_earlier,
        min(dated.days_ago) as days_since_last_activity,
        count(distinct case when dated.days_ago <= thresholds.frequent_window_days then dated.activity_date end)
            as frequent_active_days,
        count(distinct case when dated.days_ago <= thresholds.sporadic_window_days then dated.activity_date end)
            as sporadic_active_days
    from dated
    cross join thresholds
    left join {{ ref('segment_engagement_day_factors') }} as factors_now
        on
            dated.signal_name = factors_now.signal_name
            and dated.days_ago = factors_now.days_ago
    left join {{ ref('segment_engagement_day_factors') }} as factors_earlier
        on
            dated.signal_name = factors_earlier.signal_name
            and dated.days_ago - thresholds.comparison_days = factors_earlier.days_ago
    group by dated.customer_id

),

rounded as (

    select
        customers.customer_id,
        sums.days_since_last_activity,
        cast(round(coalesce(sums.score_now, 0), 2) as decimal(18, 2)) as engagement_score,
        cast(round(coalesce(sums.score_earlier, 0), 2) as decimal(18, 2)) as engagement_score_earlier,
        coalesce(sums.frequent_active_days, 0) as frequent_active_days,
        coalesce(sums.sporadic_active_days, 0) as sporadic_active_days
    from {{ ref('dim_customers') }} as customers
    left join sums
        on customers.customer_id = sums.customer_id

),

final as (

    select
        rounded.customer_id,
        rounded.engagement_score,
        rounded.engagement_score_earlier,
        rounded.days_since_last_activity,
        rounded.frequent_active_days as active_day_count,
        case
            when rounded.engagement_score >= thresholds.high_minimum_score then 'high'
            when rounded.engagement_score >= thresholds.medium_minimum_score then 'medium'
            else 'low'
        end as engagement_level,
        case
            when rounded.frequent_active_days >= thresholds.frequent_minimum_active_days then 'frequent'
            when rounded.sporadic_active_days >= thresholds.sporadic_minimum_active_days then 'sporadic'
            else 'dormant'
        end as engagement_rhythm
    from rounded
    cross join thresholds

)

select * from final
