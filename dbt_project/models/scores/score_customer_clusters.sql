with

clock as (

    select * from {{ ref('int_clock') }}

),

known_scores as (

    select customer_clusters.*
    from {{ ref('stg_ml__customer_clusters') }} as customer_clusters
    cross join clock
    where customer_clusters.scored_at <= clock.as_of_at

),

ranked as (

    select
        customer_id,
        cluster_id,
        cluster_name,
        distance_to_centroid,
        model_version,
        scored_at,
        rank() over (order by scored_at desc, as_of_date desc, model_version desc) as run_rank
    from known_scores

),

final as (

    select
        customers.customer_id,
        ranked.cluster_id,
        ranked.cluster_name,
        ranked.distance_to_centroid,
        ranked.model_version,
        ranked.scored_at
    from ranked
    inner join {{ ref('dim_customers') }} as customers
        on ranked.customer_id = customers.customer_id
    where ranked.run_rank = 1

)

select * from final
