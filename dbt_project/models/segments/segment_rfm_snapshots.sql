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

orders as (

    select
        snapshot_dates.snapshot_name,
        snapshot_dates.snapshot_date,
        orders.order_id,
        orders.customer_id,
        orders.ordered_date,
        orders.gross_revenue - orders.discount_amount as order_value
    from {{ ref('fct_orders') }} as orders
    inner join snapshot_dates
        on
            orders.ordered_date < snapshot_dates.snapshot_date
            and orders.ordered_date >= {{ dbt.dateadd('month', -12, 'snapshot_dates.snapshot_date') }}
            and cast(orders.loaded_at as date)
            < {{ dbt.dateadd('day', var('snapshot_grace_days'), 'snapshot_dates.snapshot_date') }}
    where
        orders.customer_id is not null
        and (
            not orders.is_cancelled
            or coalesce(cast(orders.cancelled_at as date), orders.ordered_date) >= snapshot_dates.snapshot_date
        )

),

refunds as (

    select
        snapshot_dates.snapshot_name,
        refunds.order_id,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref('fct_refunds') }} as refunds
    inner join snapshot_dates
        on
            cast(refunds.refunded_at as date) < snapshot_dates.snapshot_date
            and cast(refunds.loaded_at as date)
            < {{ dbt.dateadd('day', var('snapshot_grace_days'), 'snapshot_dates.snapshot_date') }}
    group by
        snapshot_dates.snapshot_name,
        refunds.order_id

),

customer_values as (

    select
        orders.snapshot_name,
        orders.snapshot_date,
        orders.customer_id,
        {{ dbt.datediff('max(orders.ordered_date)', 'orders.snapshot_date', 'day') }} as recency_days,
        count(*) as frequency_orders,
        cast(sum(orders.order_value - coalesce(refunds.refund_amount, 0)) as decimal(18, 2)) as monetary_value
    from orders
    left join refunds
        on
            orders.order_id = refunds.order_id
            and orders.snapshot_name = refunds.snapshot_name
    group by
        orders.snapshot_name,
        orders.snapshot_date,
        orders.customer_id

),

cuts as (

    select
        snapshot_name,
        percentile_disc(0.2) within group (order by recency_days desc) as recency_cut_1,
        percentile_disc(0.4) within group (order by recency_days desc) as recency_cut_2,
        percentile_disc(0.6) within group (order by recency_days desc) as recency_cut_3,
        percentile_disc(0.8) within group (order by recency_days desc) as recency_cut_4,
        percentile_disc(0.2) within group (order by frequency_orders) as frequency_cut_1,
        percentile_disc(0.4) within group (order by frequency_orders) as frequency_cut_2,
        percentile_disc(0.6) within group (order by frequency_orders) as frequency_cut_3,
        percentile_disc(0.8) within group (order by frequency_orders) as frequency_cut_4,
        percentile_disc(0.2) within group (order by monetary_value) as monetary_cut_1,
        percentile_disc(0.4) within group (order by monetary_value) as monetary_cut_2,
        percentile_disc(0.6) within group (order by monetary_value) as monetary_cut_3,
        percentile_disc(0.8) within group (order by monetary_value) as monetary_cut_4
    from customer_values
    group by snapshot_name

),

final as (

    select
        customer_values.customer_id,
        customer_values.snapshot_name,
        customer_values.snapshot_date,
        customer_values.recency_days,
        customer_values.frequency_orders,
        customer_values.monetary_value,
        case
            when customer_values.recency_days < cuts.recency_cut_4 then 5
            when customer_values.recency_days < cuts.recency_cut_3 then 4
            when customer_values.recency_days < cuts.recency_cut_2 then 3
            when customer_values.recency_days < cuts.recency_cut_1 then 2
            else 1
        end as recency_score,
        case
            when customer_values.frequency_orders > cuts.frequency_cut_4 then 5
            when customer_values.frequency_orders > cuts.frequency_cut_3 then 4
            when customer_values.frequency_orders > cuts.frequency_cut_2 then 3
            when customer_values.frequency_orders > cuts.frequency_cut_1 then 2
            else 1
        end as frequency_score,
        case
            when customer_values.monetary_value > cuts.monetary_cut_4 then 5
            when customer_values.monetary_value > cuts.monetary_cut_3 then 4
            when customer_values.monetary_value > cuts.monetary_cut_2 then 3
            when customer_values.monetary_value > cuts.monetary_cut_1 then 2
            else 1
        end as monetary_score
    from customer_values
    inner join cuts
        on customer_values.snapshot_name = cuts.snapshot_name

)

select * from final
