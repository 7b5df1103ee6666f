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
        order_id,
        case when is_cancelled then coalesce(cast(cancelled_at as date), ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }}

),

refunds as (

    select
        refunds.refund_amount,
        cast(refunds.refunded_at as date) as refunded_date,
        cast(refunds.loaded_at as date) as load_date,
        coalesce(order_members.member_id, refunds.customer_id) as member_id,
        case when not refunds.is_credit_note then orders.cancelled_date end as order_cancelled_date
    from {{ ref('fct_refunds') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id
    left join {{ ref('feature_order_members') }} as order_members
        on refunds.order_id = order_members.order_id

),

known_refunds as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        refunds.refund_amount,
        {{ days_between('refunds.refunded_date', 'customer_members.as_of_date') }} as days_ago
    from customer_members
    inner join refunds
        on
            customer_members.member_id = refunds.member_id
            and customer_members.as_of_date > refunds.refunded_date
            and customer_members.known_until_date > refunds.load_date
    where
        refunds.order_cancelled_date is null
        or refunds.order_cancelled_date >= customer_members.as_of_date

),

final as (

    select
        customer_id,
        as_of_date,
        min(days_ago) as days_since_last_refund,
        sum(case when days_ago <= 365 then 1 else 0 end) as refund_count_365d,
        sum(refund_amount) as refund_amount_lifetime,
        sum(case when days_ago <= 7 then refund_amount else 0 end) as refund_amount_7d,
        sum(case when days_ago <= 30 then refund_amount else 0 end) as refund_amount_30d,
        sum(case when days_ago <= 90 then refund_amount else 0 end) as refund_amount_90d,
        sum(case when days_ago <= 365 then refund_amount else 0 end) as refund_amount_365d
    from known_refunds
    group by
        customer_id,
        as_of_date

)

select * from final
