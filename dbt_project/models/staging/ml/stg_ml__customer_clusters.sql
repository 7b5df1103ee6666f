with

customer_clusters as (

    select * from {{ source('ml', 'customer_clusters') }}

),

final as (

    select
        customer_id,
        as_of_date,
        cluster_id,
        cluster_name,
        distance_to_centroid,
        model_version,
        scored_at
    from customer_clusters

)

select * from final
