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

orders as (

    select
        orders.ordered_date,
        cast(orders.loaded_at as date) as load_date,
        coalesce(order_members.member_id, orders.customer_id) as member_id,
        case when orders.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('feature_order_members') }} as order_members
        on orders.order_id = order_members.order_id
    where coalesce(order_members.member_id, orders.customer_id) is not null

),

order_days as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        orders.ordered_date
    from customer_members
    inner join orders
        on
            customer_members.member_id = orders.member_id
            and customer_members.as_of_date > orders.ordered_date
            and customer_members.known_until_date > orders.load_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= customer_members.as_of_date
    group by
        customer_members.customer_id,
        customer_members.as_of_date,
        orders.ordered_date

),

gaps as (

    select
        customer_id,
        as_of_date,
        ordered_date,
        lag(ordered_date) over (partition by customer_id, as_of_date order by ordered_date) as previous_ordered_date
    from order_days

),

sums as (

    select
        customer_id,
        as_of_date,
        count(*) as order_day_count,
        count(previous_ordered_date) as gap_count,
        {{ days_between('max(ordered_date)', 'as_of_date') }} as days_since_last_order,
        coalesce(sum({{ days_between('previous_ordered_date', 'ordered_date') }}), 0) as gap_days,
        sum(
            {{ days_between('previous_ordered_date', 'ordered_date') }} * {{ days_between('previous_ordered_date', 'ordered_date') }}
        ) as squared_gap_days
    from gaps
    group by
        customer_id,
        as_of_date

),

-- Few own gaps say little: they are joined by a few of the shop's mean length.
rhythms as (

    select
        sums.customer_id,
        sums.as_of_date,
        sums.order_day_count,
        sums.days_since_last_order,
        {{ rounded(
            '(cast(sums.gap_days as double) + ' ~ var('rhythm_prior_gap_count') ~ ' * shop_rhythm.mean_days_between_orders)'
            ~ ' / (sums.gap_count + ' ~ var('rhythm_prior_gap_count') ~ ')',
            2
        ) }} as usual_days_between_orders,
        case
            when sums.gap_count >= 2
                then {{ rounded(
                    'sqrt((cast(sums.squared_gap_days as double) * sums.gap_count - cast(sums.gap_days as double) * sums.gap_days)'
                    ~ ' / (cast(sums.gap_count as double) * (sums.gap_count - 1)))',
                    2
                ) }}
        end as days_between_orders_deviation
    from sums
    inner join {{ ref('feature_shop_rhythm') }} as shop_rhythm
        on sums.as_of_date = shop_rhythm.as_of_date

),

final as (

    select
        customer_id,
        as_of_date,
        cast(order_day_count as bigint) as order_day_count,
        usual_days_between_orders,
        days_between_orders_deviation,
        cast(
            greatest(
                {{ var('churn_horizon_minimum_days') }},
                least(
                    {{ var('churn_horizon_maximum_days') }},
                    ceil(coalesce(
                        usual_days_between_orders * cast({{ var('churn_horizon_gaps') }} as double),
                        {{ var('churn_horizon_maximum_days') }}
                    ))
                )
            ) as bigint
        ) as churn_horizon_days,
        {{ rounded('days_since_last_order / usual_days_between_orders', 4) }} as overdue_ratio
    from rhythms

)

select * from final
