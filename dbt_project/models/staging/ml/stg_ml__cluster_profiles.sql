with

cluster_profiles as (

    select * from {{ source('ml', 'cluster_profiles') }}

),

final as (

    select
        model_version,
        as_of_date,
        cluster_id,
        cluster_name,
        customer_count,
        share,
        feature_name,
        mean_value,
        overall_mean,
        scored_at
    from cluster_profiles

)

select * from final
