with

refunds as (

    select * from {{ ref('int_refunds_priced') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}

),

final as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.order_item_id,
        order_customers.customer_id,
        refunds.currency,
        refunds.refund_amount_original,
        refunds.refund_amount,
        refunds.reason,
        refunds.refunded_at,
        refunds.has_known_order,
        refunds.is_credit_note,
        refunds.loaded_at,
        not refunds.is_of_cancelled_order as is_reducing_revenue
    from refunds
    left join order_customers
        on refunds.order_id = order_customers.order_id

)

select * from final
