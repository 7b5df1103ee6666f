with

thresholds as (

    {{ thresholds(['minimum_earlier_score', 'maximum_score_ratio']) }}

),

profiles as (

    select * from {{ ref('segment_profiles') }}

),

final as (

    select profiles.customer_id
    from profiles
    cross join thresholds
    where
        profiles.lifecycle_stage not in ('prospect', 'lapsed')
        and profiles.engagement_score_earlier >= thresholds.minimum_earlier_score
        and profiles.engagement_score <= profiles.engagement_score_earlier * thresholds.maximum_score_ratio

)

select * from final
