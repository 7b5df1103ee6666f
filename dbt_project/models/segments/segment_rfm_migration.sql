with

scored as (

    select
        scores.customer_id,
        scores.snapshot_name,
        rfm_groups.rfm_group
    from {{ ref('segment_rfm_scores') }} as scores
    inner join {{ ref('rfm_groups') }} as rfm_groups
        on
            scores.recency_score = rfm_groups.recency_score
            and scores.frequency_score = rfm_groups.frequency_score
            and scores.monetary_score = rfm_groups.monetary_score

),

customer_moves as (

    select
        customer_id,
        coalesce(max(case when snapshot_name = 'month_earlier' then rfm_group end), 'none') as rfm_group_from,
        coalesce(max(case when snapshot_name = 'current' then rfm_group end), 'none') as rfm_group_to
    from scored
    group by customer_id

),

final as (

    select
        rfm_group_from,
        rfm_group_to,
        count(*) as customer_count,
        {{ rounded('cast(count(*) as double) / sum(count(*)) over (partition by rfm_group_from)', 6) }} as share_of_group_from
    from customer_moves
    group by
        rfm_group_from,
        rfm_group_to

)

select * from final
