with

thresholds as (

    {{ thresholds(['minimum_score']) }}

),

rfm as (

    select * from {{ ref('segment_rfm') }}

),

final as (

    select rfm.customer_id
    from rfm
    cross join thresholds
    where
        rfm.recency_score >= thresholds.minimum_score
        and rfm.frequency_score >= thresholds.minimum_score
        and rfm.monetary_score >= thresholds.minimum_score

)

select * from final
