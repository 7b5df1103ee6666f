with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

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

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

-- Of everybody, not of the customers that earlier dates are built for: a date has one rhythm, whether it is scored or learned from.
spans as (

    select
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, orders.member_id) as customer_id,
        count(distinct orders.ordered_date) - 1 as gap_count,
        {{ days_between('min(orders.ordered_date)', 'max(orders.ordered_date)') }} as gap_days
    from as_of_dates
    inner join orders
        on
            as_of_dates.as_of_date > orders.ordered_date
            and as_of_dates.known_until_date > orders.load_date
    left join identifier_parts
        on
            orders.member_id = cast(identifier_parts.identifier_key as string)
            and as_of_dates.as_of_date = identifier_parts.as_of_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= as_of_dates.as_of_date
    group by
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, orders.member_id)

),

sums as (

    select
        as_of_date,
        sum(gap_count) as gap_count,
        sum(gap_days) as gap_days
    from spans
    group by as_of_date

),

final as (

    select
        as_of_dates.as_of_date,
        cast(coalesce(sums.gap_count, 0) as bigint) as gap_count,
        {{ rounded('cast(sums.gap_days as double) / nullif(sums.gap_count, 0)', 2) }} as mean_days_between_orders
    from as_of_dates
    left join sums
        on as_of_dates.as_of_date = sums.as_of_date

)

select * from final
