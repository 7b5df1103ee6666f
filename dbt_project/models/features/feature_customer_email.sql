{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

customer_members as (

    {{ due_rows(ref('feature_customer_members')) }}

),

email_days as (

    select * from {{ ref('feature_email_days') }}

),

shop_rates as (

    select * from {{ ref('feature_shop_email_rates') }}

),

known_days as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        email_days.delivered_count,
        email_days.human_open_count,
        email_days.machine_open_count,
        email_days.click_count,
        {{ days_between('email_days.activity_date', 'customer_members.as_of_date') }} as days_ago
    from customer_members
    inner join email_days
        on
            customer_members.member_id = email_days.member_id
            and customer_members.as_of_date > email_days.activity_date
            and customer_members.known_until_date > email_days.load_date
    where email_days.activity_date >= {{ dbt.dateadd('day', -365, 'customer_members.as_of_date') }}

),

sums as (

    select
        customer_id,
        as_of_date,
        min(case when click_count > 0 then days_ago end) as days_since_last_email_click,
        sum(case when days_ago <= 7 then delivered_count else 0 end) as email_delivered_count_7d,
        sum(case when days_ago <= 30 then delivered_count else 0 end) as email_delivered_count_30d,
        sum(case when days_ago <= 90 then delivered_count else 0 end) as email_delivered_count_90d,
        sum(delivered_count) as email_delivered_count_365d,
        sum(case when days_ago <= 7 then human_open_count else 0 end) as email_human_open_count_7d,
        sum(case when days_ago <= 30 then human_open_count else 0 end) as email_human_open_count_30d,
        sum(case when days_ago <= 90 then human_open_count else 0 end) as email_human_open_count_90d,
        sum(human_open_count) as email_human_open_count_365d,
        sum(case when days_ago <= 7 then click_count else 0 end) as email_click_count_7d,
        sum(case when days_ago <= 30 then click_count else 0 end) as email_click_count_30d,
        sum(case when days_ago <= 90 then click_count else 0 end) as email_click_count_90d,
        sum(click_count) as email_click_count_365d,
        sum(machine_open_count) as machine_open_count_365d,
        max(case when delivered_count > 0 then days_ago end) as days_since_first_delivered,
        -- In 4096ths, which are whole numbers: the oldest is halved twelve times.
        sum(human_open_count * power(2, 12 - floor(cast(days_ago as double) / 30))) as human_opens_in_parts,
        sum(click_count * power(2, 12 - floor(cast(days_ago as double) / 30))) as clicks_in_parts
    from known_days
    group by
        customer_id,
        as_of_date

),

-- Of few messages a rate says little: they are joined by some at the rate of the shop, the mean of a Beta-Binomial posterior.
-- Messages per 30 days are counted from the first of the year on, so that a new subscriber's pace is not taken for a slow one.
paces as (

    select
        sums.*,
        (sums.email_human_open_count_365d + coalesce(shop_rates.human_open_rate_365d, 0) * {{ var('email_open_prior_message_count') }})
        / (sums.email_delivered_count_365d + {{ var('email_open_prior_message_count') }}) as shrunken_human_open_rate,
        (sums.email_click_count_365d + coalesce(shop_rates.click_rate_365d, 0) * {{ var('email_click_prior_message_count') }})
        / (sums.email_delivered_count_365d + {{ var('email_click_prior_message_count') }}) as shrunken_click_rate,
        cast(sums.email_delivered_count_365d as double) * 30 / greatest(30, coalesce(sums.days_since_first_delivered, 30))
            as delivered_per_30_days
    from sums
    left join shop_rates
        on sums.as_of_date = shop_rates.as_of_date

),

final as (

    select
        customer_id,
        as_of_date,
        days_since_last_email_click,
        email_delivered_count_7d,
        email_delivered_count_30d,
        email_delivered_count_90d,
        email_delivered_count_365d,
        email_human_open_count_7d,
        email_human_open_count_30d,
        email_human_open_count_90d,
        email_human_open_count_365d,
        email_click_count_7d,
        email_click_count_30d,
        email_click_count_90d,
        email_click_count_365d,
        {{ rounded('human_opens_in_parts / 4096', 6) }} as email_human_open_decayed_365d,
        {{ rounded('clicks_in_parts / 4096', 6) }} as email_click_decayed_365d,
        case
            when email_delivered_count_90d > 0
                then {{ rounded('least(1.0, cast(email_human_open_count_90d as double) / email_delivered_count_90d)', 6) }}
        end as email_human_open_rate_90d,
        case
            when email_delivered_count_90d > 0
                then {{ rounded('least(1.0, cast(email_click_count_90d as double) / email_delivered_count_90d)', 6) }}
        end as email_click_rate_90d,
        {{ rounded('least(1.0, shrunken_human_open_rate) * delivered_per_30_days', 6) }} as email_expected_human_open_count_30d,
        {{ rounded('least(1.0, shrunken_click_rate) * delivered_per_30_days', 6) }} as email_expected_click_count_30d,
        case
            when email_delivered_count_365d > 0
                then {{ rounded('least(1.0, cast(machine_open_count_365d as double) / email_delivered_count_365d)', 6) }}
        end as email_machine_open_share_365d
    from paces

)

select * from final
