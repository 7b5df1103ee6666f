-- Refunds without a known order included: they are counted, never lost.
with

accepted_refunds as (

    select
        currency,
        count(*) as refund_count,
        sum(amount) as amount
    from {{ ref('base_shop__refunds') }}
    where _row_status = 'accepted'
    group by currency

),

mart_refunds as (

    select
        currency,
        count(*) as refund_count,
        sum(refund_amount_original) as amount
    from {{ ref('fct_refunds') }}
    where not is_credit_note
    group by currency

)

select
    coalesce(upper(accepted_refunds.currency), mart_refunds.currency) as currency,
    sum(accepted_refunds.refund_count) as accepted_refund_count,
    max(mart_refunds.refund_count) as mart_refund_count,
    sum(accepted_refunds.amount) as accepted_amount,
    max(mart_refunds.amount) as mart_amount
from accepted_refunds
full outer join mart_refunds
    on upper(accepted_refunds.currency) = mart_refunds.currency
group by coalesce(upper(accepted_refunds.currency), mart_refunds.currency)
having
    coalesce(sum(accepted_refunds.refund_count), 0) <> coalesce(max(mart_refunds.refund_count), 0)
    or coalesce(sum(accepted_refunds.amount), 0) <> coalesce(max(mart_refunds.amount), 0)
