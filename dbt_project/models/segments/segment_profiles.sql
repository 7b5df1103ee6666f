with

lifecycle as (

    select * from {{ ref('segment_lifecycle') }}

),

engagement as (

    select * from {{ ref('segment_engagement') }}

),

rfm as (

    select * from {{ ref('segment_rfm') }}

),

preferred_categories as (

    select
        customer_id,
        top_category
    from {{ ref('feature_customers') }}
    where is_scoring_date

),

final as (

    select
        lifecycle.customer_id,
        lifecycle.lifecycle_stage,
        lifecycle.days_since_return,
        engagement.engagement_score,
        engagement.engagement_score_earlier,
        engagement.engagement_level,
        engagement.engagement_rhythm,
        coalesce(preferred_categories.top_category, 'none') as preferred_category,
        {{ dbt.concat([
            'lifecycle.lifecycle_stage',
            "' / '",
            'engagement.engagement_level',
            "' / '",
            "coalesce(preferred_categories.top_category, 'none')",
        ]) }} as profile_name,
        rfm.recency_score,
        rfm.frequency_score,
        rfm.monetary_score,
        rfm.rfm_cell,
        rfm.rfm_group,
        rfm.rfm_group_month_earlier,
        rfm.rfm_movement
    from lifecycle
    inner join engagement
        on lifecycle.customer_id = engagement.customer_id
    left join rfm
        on lifecycle.customer_id = rfm.customer_id
    left join preferred_categories
        on lifecycle.customer_id = preferred_categories.customer_id

)

select * from final
