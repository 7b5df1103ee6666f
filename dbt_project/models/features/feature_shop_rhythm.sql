-- Of everybody, not of the customers that earlier dates are built for: a date has one rhythm, whether it is scored or learned from.

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

-- What was cancelled on the day of the order counts on no date.
standing_orders as (

    select
        member_id,
        ordered_date,
        load_date,
        cancelled_date,
        cancelled_date is not null
        or load_date > {{ dbt.dateadd('day', var('snapshot_grace_days'), 'ordered_date') }} as is_unsteady
    from orders
    where
        cancelled_date is null
        or cancelled_date > ordered_date

),

identifier_parts as (

    select
        *,
        cast(identifier_key as string) as member_id
    from {{ ref('feature_identifier_parts') }}

),

parted_members as (

    select distinct member_id
    from identifier_parts

),

-- Whose orders were all known in time and stood: a gap is known on every date after it, and is counted once for all of them.
steady_members as (

    select standing_orders.member_id
    from standing_orders
    left join parted_members
        on standing_orders.member_id = parted_members.member_id
    where parted_members.member_id is null
    group by standing_orders.member_id
    having max(case when standing_orders.is_unsteady then 1 else 0 end) = 0

),

steady_days as (

    select distinct
        standing_orders.member_id,
        standing_orders.ordered_date
    from standing_orders
    inner join steady_members
        on standing_orders.member_id = steady_members.member_id

),

gaps as (

    select
        ordered_date,
        lag(ordered_date) over (partition by member_id order by ordered_date) as previous_ordered_date
    from steady_days

),

gap_sums as (

    select
        ordered_date,
        count(*) as gap_count,
        sum({{ days_between('previous_ordered_date', 'ordered_date') }}) as gap_days
    from gaps
    where previous_ordered_date is not null
    group by ordered_date

),

unsteady_spans as (

    select
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, standing_orders.member_id) as customer_id,
        count(distinct standing_orders.ordered_date) - 1 as gap_count,
        {{ days_between('min(standing_orders.ordered_date)', 'max(standing_orders.ordered_date)') }} as gap_days
    from standing_orders
    left join steady_members
        on standing_orders.member_id = steady_members.member_id
    inner join as_of_dates
        on
            standing_orders.ordered_date < as_of_dates.as_of_date
            and standing_orders.load_date < as_of_dates.known_until_date
    left join identifier_parts
        on
            standing_orders.member_id = identifier_parts.member_id
            and as_of_dates.as_of_date = identifier_parts.as_of_date
    where
        steady_members.member_id is null
        and (standing_orders.cancelled_date is null or standing_orders.cancelled_date >= as_of_dates.as_of_date)
    group by
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, standing_orders.member_id)

),

counts as (

    select
        as_of_dates.as_of_date,
        gap_sums.gap_count,
        gap_sums.gap_days
    from as_of_dates
    inner join gap_sums
        on as_of_dates.as_of_date > gap_sums.ordered_date

    union all

    select
        as_of_date,
        gap_count,
        gap_days
    from unsteady_spans

),

sums as (

    select
        as_of_date,
        sum(gap_count) as gap_count,
        sum(gap_days) as gap_days
    from counts
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
