with

affinities as (

    select * from {{ ref('feature_category_affinities') }}

),

ranked as (

    select
        customer_id,
        as_of_date,
        category,
        points,
        row_number() over (
            partition by customer_id, as_of_date
            order by points desc, category asc
        ) as category_rank,
        sum(points) over (partition by customer_id, as_of_date) as all_points,
        sum(case when order_line_count > 0 then 1 else 0 end) over (partition by customer_id, as_of_date)
            as category_count_365d
    from affinities

),

final as (

    select
        customer_id,
        as_of_date,
        category as top_category,
        category_count_365d,
        {{ rounded('cast(points as double) / nullif(cast(all_points as double), 0)', 6) }} as top_category_share
    from ranked
    where category_rank = 1

)

select * from final
