with

scored as (

    select
        scores.*,
        rfm_groups.rfm_group,
        rfm_groups.rfm_group_rank
    from {{ ref('segment_rfm_scores') }} as scores
    left join {{ ref('rfm_groups') }} as rfm_groups
        on
            scores.recency_score = rfm_groups.recency_score
            and scores.frequency_score = rfm_groups.frequency_score
            and scores.monetary_score = rfm_groups.monetary_score

),

month_earlier as (

    select
        customer_id,
        rfm_group,
        rfm_group_rank
    from scored
    where snapshot_name = 'month_earlier'

),

final as (

    select
        scored.customer_id,
        scored.snapshot_date as as_of_date,
        scored.recency_days,
        scored.frequency_orders,
        scored.monetary_value,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        {{ dbt.concat([
            'cast(scored.recency_score as ' ~ dbt.type_string() ~ ')',
            'cast(scored.frequency_score as ' ~ dbt.type_string() ~ ')',
            'cast(scored.monetary_score as ' ~ dbt.type_string() ~ ')',
        ]) }} as rfm_cell,
        scored.rfm_group,
        month_earlier.rfm_group as rfm_group_month_earlier,
        case
            when month_earlier.rfm_group is null then 'entered'
            when scored.rfm_group_rank < month_earlier.rfm_group_rank then 'up'
            when scored.rfm_group_rank > month_earlier.rfm_group_rank then 'down'
            else 'unchanged'
        end as rfm_movement
    from scored
    left join month_earlier
        on scored.customer_id = month_earlier.customer_id
    where scored.snapshot_name = 'current'

)

select * from final
