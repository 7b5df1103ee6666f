with

customer_values as (

    select * from {{ ref('segment_rfm_values') }}

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
        cast(
            case
                when customer_values.recency_days < cuts.recency_cut_4 then 5
                when customer_values.recency_days < cuts.recency_cut_3 then 4
                when customer_values.recency_days < cuts.recency_cut_2 then 3
                when customer_values.recency_days < cuts.recency_cut_1 then 2
                else 1
            end as bigint
        ) as recency_score,
        cast(
            case
                when customer_values.frequency_orders > cuts.frequency_cut_4 then 5
                when customer_values.frequency_orders > cuts.frequency_cut_3 then 4
                when customer_values.frequency_orders > cuts.frequency_cut_2 then 3
                when customer_values.frequency_orders > cuts.frequency_cut_1 then 2
                else 1
            end as bigint
        ) as frequency_score,
        cast(
            case
                when customer_values.monetary_value > cuts.monetary_cut_4 then 5
                when customer_values.monetary_value > cuts.monetary_cut_3 then 4
                when customer_values.monetary_value > cuts.monetary_cut_2 then 3
                when customer_values.monetary_value > cuts.monetary_cut_1 then 2
                else 1
            end as bigint
        ) as monetary_score
    from customer_values
    inner join cuts
        on customer_values.snapshot_name = cuts.snapshot_name

)

select * from final
