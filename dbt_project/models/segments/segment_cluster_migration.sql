with

clock as (

    select * from {{ ref('int_clock') }}

),

-- By the ids of today: who has been merged since counts once, and who no longer exists not at all.
placements as (

    select
        clusters.customer_id,
        clusters.cluster_id,
        clusters.as_of_date,
        clusters.as_of_date <= cast({{ dbt.dateadd('month', -1, 'clock.as_of_date') }} as date) as is_month_earlier
    from {{ ref('stg_ml__customer_clusters') }} as clusters
    inner join {{ ref('dim_customers') }} as customers
        on clusters.customer_id = customers.customer_id
    cross join clock
    where clusters.scored_at <= clock.as_of_at

),

-- The newest run, and the newest one of a month ago or before: a younger history has no moves.
runs as (

    select
        max(as_of_date) as current_date_of_run,
        max(case when is_month_earlier then as_of_date end) as earlier_date_of_run
    from placements

),

customer_moves as (

    select
        placements.customer_id,
        runs.earlier_date_of_run,
        runs.current_date_of_run,
        max(case when placements.as_of_date = runs.earlier_date_of_run then placements.cluster_id end) as cluster_id_from,
        max(case when placements.as_of_date = runs.current_date_of_run then placements.cluster_id end) as cluster_id_to
    from placements
    inner join runs
        on
            placements.as_of_date = runs.earlier_date_of_run
            or placements.as_of_date = runs.current_date_of_run
    where runs.earlier_date_of_run < runs.current_date_of_run
    group by
        placements.customer_id,
        runs.earlier_date_of_run,
        runs.current_date_of_run

),

final as (

    select
        earlier_date_of_run as from_date,
        current_date_of_run as to_date,
        cluster_id_from,
        cluster_id_to,
        count(*) as customer_count,
        {{ rounded('cast(count(*) as double) / sum(count(*)) over (partition by cluster_id_from)', 6) }} as share_of_cluster_from
    from customer_moves
    group by
        earlier_date_of_run,
        current_date_of_run,
        cluster_id_from,
        cluster_id_to

)

select * from final
