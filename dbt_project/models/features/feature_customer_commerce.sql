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

order_sums as (

    {{ due_rows(ref('feature_customer_orders')) }}

),

refund_sums as (

    select * from {{ ref('feature_customer_refunds') }}

),

final as (

    select
        order_sums.customer_id,
        order_sums.as_of_date,
        order_sums.is_scoring_date,
        order_sums.sample_bucket,
        order_sums.tenure_days,
        order_sums.days_since_last_order,
        order_sums.days_since_first_order,
        order_sums.order_count_lifetime,
        order_sums.order_count_7d,
        order_sums.order_count_30d,
        order_sums.order_count_90d,
        order_sums.order_count_365d,
        refund_sums.days_since_last_refund,
        cast(coalesce(refund_sums.refund_count_365d, 0) as bigint) as refund_count_365d,
        cast(order_sums.order_value_lifetime - coalesce(refund_sums.refund_amount_lifetime, 0) as decimal(18, 2))
            as net_revenue_lifetime,
        cast(order_sums.order_value_7d - coalesce(refund_sums.refund_amount_7d, 0) as decimal(18, 2)) as net_revenue_7d,
        cast(order_sums.order_value_30d - coalesce(refund_sums.refund_amount_30d, 0) as decimal(18, 2)) as net_revenue_30d,
        cast(order_sums.order_value_90d - coalesce(refund_sums.refund_amount_90d, 0) as decimal(18, 2)) as net_revenue_90d,
        cast(order_sums.order_value_365d - coalesce(refund_sums.refund_amount_365d, 0) as decimal(18, 2))
            as net_revenue_365d,
        {{ rounded(
            'cast(order_sums.order_value_365d as double) / nullif(order_sums.order_count_365d, 0)',
            2
        ) }} as average_order_value_365d,
        {{ rounded(
            'cast(order_sums.days_since_first_order - order_sums.days_since_last_order as double)'
            ~ ' / nullif(order_sums.order_count_lifetime - 1, 0)',
            2
        ) }} as average_days_between_orders,
        {{ rounded('cast(order_sums.order_value_365d as double) / nullif(order_sums.unit_count_365d, 0)', 2) }}
            as average_unit_price_365d,
        {{ rounded('cast(order_sums.order_count_30d as double) / nullif(order_sums.order_count_90d, 0)', 6) }}
            as order_share_30d_of_90d,
        {{ rounded(
            'cast(order_sums.discounted_order_count_365d as double) / nullif(order_sums.order_count_365d, 0)',
            6
        ) }} as discount_share_365d,
        case
            when order_sums.order_value_365d > 0
                then {{ rounded(
                    'least(1.0, cast(coalesce(refund_sums.refund_amount_365d, 0) as double) / cast(order_sums.order_value_365d as double))',
                    6
                ) }}
        end as return_share_365d
    from order_sums
    left join refund_sums
        on
            order_sums.customer_id = refund_sums.customer_id
            and order_sums.as_of_date = refund_sums.as_of_date

)

select * from final
