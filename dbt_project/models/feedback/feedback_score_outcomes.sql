{% set one = 1000000 %}

with

matured_scores as (

    select * from {{ ref('feedback_matured_scores') }}

),

by_score as (

    select
        model_name,
        model_version,
        as_of_date,
        score_in_millionths as score,
        cast(count(*) as bigint) as row_count,
        cast(sum(case when has_happened then 1 else 0 end) as bigint) as positive_count,
        max(horizon_days) as horizon_days
    from matured_scores
    group by
        model_name,
        model_version,
        as_of_date,
        score_in_millionths

),

-- Equal scores lie in one decile, the one that the first of them reaches.
positioned as (

    select
        *,
        floor(
            cast(10 * (
                sum(row_count) over (
                    partition by model_name, model_version, as_of_date order by score rows between unbounded preceding and current row
                ) - row_count
            ) as double) / sum(row_count) over (partition by model_name, model_version, as_of_date)
        ) as decile,
        sum(row_count - positive_count) over (
            partition by model_name, model_version, as_of_date order by score rows between unbounded preceding and current row
        ) - (row_count - positive_count) as negatives_below
    from by_score

),

deciles as (

    select
        model_name,
        model_version,
        as_of_date,
        max(horizon_days) as horizon_days,
        sum(row_count) as row_count,
        sum(positive_count) as positive_count,
        sum(row_count * score) as score_sum,
        sum(row_count * score * score) as square_sum,
        sum(positive_count * score) as positive_score_sum,
        abs(sum(row_count * score) - {{ one }} * sum(positive_count)) as gap,
        -- Pairs of somebody who did it and somebody who did not, in the right order; twice, so that a tie is worth one.
        sum(positive_count * (2 * negatives_below + row_count - positive_count)) as ordered_pairs
    from positioned
    group by
        model_name,
        model_version,
        as_of_date,
        decile

),

totals as (

    select
        model_name,
        model_version,
        as_of_date,
        cast(sum(row_count) as double) as row_count,
        cast(sum(positive_count) as double) as positive_count,
        cast(sum(score_sum) as double) as score_sum,
        cast(sum(square_sum) as double) as square_sum,
        cast(sum(positive_score_sum) as double) as positive_score_sum,
        cast(sum(gap) as double) as gap,
        cast(sum(ordered_pairs) as double) as ordered_pairs,
        max(horizon_days) as horizon_days
    from deciles
    group by
        model_name,
        model_version,
        as_of_date

),

final as (

    select
        model_name,
        model_version,
        as_of_date,
        cast({{ dbt.dateadd('day', 'horizon_days', 'as_of_date') }} as date) as settled_date,
        cast(row_count as bigint) as row_count,
        {{ rounded('score_sum / row_count / ' ~ one, 6) }} as mean_score,
        {{ rounded('positive_count / row_count', 6) }} as actual_rate,
        {{ rounded('ordered_pairs / nullif(2 * positive_count * (row_count - positive_count), 0)', 6) }} as auc,
        {{ rounded(
            '(square_sum / ' ~ one ~ ' - 2 * positive_score_sum + positive_count * ' ~ one ~ ') / row_count / ' ~ one, 6
        ) }} as brier_score,
        {{ rounded('gap / row_count / ' ~ one, 6) }} as calibration_error
    from totals

)

select * from final
