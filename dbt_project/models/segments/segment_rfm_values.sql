with

clock as (

    select * from {{ ref('int_clock') }}

),

snapshot_dates as (

    select
        'current' as snapshot_name,
        cast(as_of_date as date) as snapshot_date
    from clock
    union all
    select
        'month_earlier' as snapshot_name,
        cast({{ dbt.dateadd('month', -1, 'as_of_date') }} as date) as snapshot_date
    from clock

),

snapshots as (

    select
        snapshot_name,
        snapshot_date,
        cast({{ dbt.dateadd('month', -12, 'snapshot_date') }} as date) as window_start_date,
        cast({{ dbt.dateadd('day', var('snapshot_grace_days'), 'snapshot_date') }} as date) as known_until_date
    from snapshot_dates

),

orders as (

    select
        order_id,
        customer_id,
        ordered_date,
        cast(loaded_at as date) as load_date,
        gross_revenue - discount_amount as order_value,
        case when is_cancelled then coalesce(cast(cancelled_at as date), ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }}
    where customer_id is not null

),

order_sums as (

    select
        snapshots.snapshot_name,
        snapshots.snapshot_date,
        orders.customer_id,
        max(orders.ordered_date) as last_ordered_date,
        count(*) as order_count,
        sum(orders.order_value) as order_value
    from orders
    inner join snapshots
        on
            orders.ordered_date >= snapshots.window_start_date
            and orders.ordered_date < snapshots.snapshot_date
            and orders.load_date < snapshots.known_until_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= snapshots.snapshot_date
    group by
        snapshots.snapshot_name,
        snapshots.snapshot_date,
        orders.customer_id

),

refund_sums as (

    select
        snapshots.snapshot_name,
        refunds.customer_id,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref('fct_refunds') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id
    inner join snapshots
        on
            cast(refunds.refunded_at as date) >= snapshots.window_start_date
            and cast(refunds.refunded_at as date) < snapshots.snapshot_date
            and cast(refunds.loaded_at as date) < snapshots.known_until_date
    where
        refunds.is_credit_note
        or orders.cancelled_date is null
        or orders.cancelled_date >= snapshots.snapshot_date
    group by
        snapshots.snapshot_name,
        refunds.customer_id

),

final as (

    select
        order_sums.customer_id,
        order_sums.snapshot_name,
        order_sums.snapshot_date,
        order_sums.order_count as frequency_orders,
        {{ days_between('order_sums.last_ordered_date', 'order_sums.snapshot_date') }} as recency_days,
        cast(order_sums.order_value - coalesce(refund_sums.refund_amount, 0) as decimal(18, 2)) as monetary_value
    from order_sums
    left join refund_sums
        on
            order_sums.customer_id = refund_sums.customer_id
            and order_sums.snapshot_name = refund_sums.snapshot_name

)

select * from final
