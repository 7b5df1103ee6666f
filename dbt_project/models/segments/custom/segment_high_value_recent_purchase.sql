with

thresholds as (

    {{ thresholds(['minimum_monetary_score', 'purchase_days']) }}

),

rfm as (

    select * from {{ ref('segment_rfm') }}

),

final as (

    select rfm.customer_id
    from rfm
    cross join thresholds
    where
        rfm.monetary_score >= thresholds.minimum_monetary_score
        and rfm.recency_days <= thresholds.purchase_days

)

select * from final
