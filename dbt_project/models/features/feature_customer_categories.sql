{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

affinities as (

    {{ due_rows(ref('feature_category_affinities')) }}

),

-- As decimals, whose sum does not depend on the order.
weighted as (

    select
        customer_id,
        as_of_date,
        category,
        order_line_count,
        points,
        cast(case when points > 0 then points * ln(cast(points as double)) else 0 end as decimal(28, 9)) as points_logarithm
    from affinities

),

ranked as (

    select
        customer_id,
        as_of_date,
        category,
        points,
        points_logarithm,
        row_number() over (
            partition by customer_id, as_of_date
            order by points desc, category asc
        ) as category_rank,
        sum(points) over (partition by customer_id, as_of_date) as all_points,
        sum(points_logarithm) over (partition by customer_id, as_of_date) as all_points_logarithm,
        sum(case when order_line_count > 0 then 1 else 0 end) over (partition by customer_id, as_of_date)
            as category_count_365d
    from weighted

),

final as (

    select
        customer_id,
        as_of_date,
        category as top_category,
        category_count_365d,
        {{ rounded(
            'greatest(0.0, ln(cast(nullif(all_points, 0) as double))'
            ~ ' - cast(all_points_logarithm as double) / cast(nullif(all_points, 0) as double))',
            6
        ) }} as category_entropy,
        {{ rounded('cast(points as double) / nullif(cast(all_points as double), 0)', 6) }} as top_category_share
    from ranked
    where category_rank = 1

)

select * from final
