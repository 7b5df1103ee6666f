with

refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

orders as (

    select * from {{ ref('int_orders_priced') }}

),

order_items as (

    select * from {{ ref('int_order_items_priced') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

refunds_with_rates as (

    select
        refunds.*,
        orders.order_id is not null as has_known_order,
        coalesce(orders.is_cancelled and not orders.is_credit_note, false) as is_of_cancelled_order,
        -- At the rate of the order where that is known, so that an order paid back in full nets to exactly nothing.
        case when refunds.currency = orders.currency then orders.rate else exchange_rates.rate end as rate
    from refunds
    left join orders
        on refunds.order_id = orders.order_id
    left join exchange_rates
        on
            refunds.currency = exchange_rates.currency
            and cast(refunds.refunded_at as date) >= exchange_rates.valid_from
            and (exchange_rates.valid_to is null or cast(refunds.refunded_at as date) < exchange_rates.valid_to)

),

refunds_paid as (

    select
        refund_id,
        order_id,
        order_item_id,
        has_known_order,
        is_of_cancelled_order,
        false as is_credit_note,
        currency,
        cast(amount as decimal(18, 4)) as refund_amount_original,
        {{ in_reporting_currency('amount', 'rate') }} as refund_amount,
        reason,
        refunded_at,
        _loaded_at as loaded_at
    from refunds_with_rates

),

-- A credit note only takes money back: each of its lines, negative there, is a refund on its own date.
credit_notes as (

    select
        'credit:' || order_item_id as refund_id,
        order_id,
        order_item_id,
        true as has_known_order,
        false as is_of_cancelled_order,
        true as is_credit_note,
        currency,
        cast(line_discount_amount_original - gross_revenue_original as decimal(18, 4)) as refund_amount_original,
        cast(line_discount_amount - gross_revenue as decimal(18, 2)) as refund_amount,
        'credit_note' as reason,
        ordered_at as refunded_at,
        loaded_at
    from order_items
    where is_credit_note

),

final as (

    select * from refunds_paid

    union all

    select * from credit_notes

)

select * from final
