with

clock as (

    select * from {{ ref('int_clock') }}

),

feature_customers as (

    select * from {{ ref('feature_customers') }}

),

-- By the hash that the features carry: the same people before and now. Of a large shop more would say the same and cost time.
sampling as (

    select greatest(1, floor(100.0 * {{ var('drift_customer_limit') }} / greatest(count(*), 1))) as bucket_count
    from feature_customers
    where is_scoring_date

),

sampled as (

    select feature_customers.*
    from feature_customers
    cross join sampling
    where feature_customers.sample_bucket < sampling.bucket_count

),

observed as (

    {% for feature in monitored_features() %}
        select
            '{{ feature }}' as feature_name,
            'feature' as feature_kind,
            is_scoring_date as is_current,
            cast({{ feature }} as double) as feature_value
        from sampled
        union all
    {% endfor %}
    select
        scores.model_name as feature_name,
        'score' as feature_kind,
        true as is_current,
        scores.probability as feature_value
    from {{ ref('stg_ml__propensity_scores') }} as scores
    inner join clock
        on scores.as_of_date = clock.as_of_date

    union all

    select
        reference_scores.model_name as feature_name,
        'score' as feature_kind,
        false as is_current,
        reference_scores.probability as feature_value
    from {{ ref('stg_ml__propensity_reference_scores') }} as reference_scores
    inner join clock
        on
            reference_scores.as_of_date = clock.as_of_date
            and reference_scores.reference_date < clock.as_of_date

),

value_counts as (

    select
        feature_name,
        feature_kind,
        feature_value,
        cast(sum(case when is_current then 0 else 1 end) as bigint) as reference_count,
        cast(sum(case when is_current then 1 else 0 end) as bigint) as current_count
    from observed
    group by
        feature_name,
        feature_kind,
        feature_value

),

positioned as (

    select
        *,
        sum(reference_count) over (partition by feature_name) as feature_reference_count,
        sum(case when reference_count > 0 then 1 else 0 end) over (partition by feature_name) as distinct_count,
        sum(case when reference_count > 0 then 1 else 0 end) over (
            partition by feature_name order by feature_value rows between unbounded preceding and current row
        ) as known_values_until,
        sum(reference_count) over (partition by feature_name order by feature_value rows between unbounded preceding and current row)
        - reference_count as reference_count_below
    from value_counts
    where feature_value is not null

),

-- Equal values are never torn apart: a value lies where its first row does. One that was never seen lies with the next one below it;
-- where there are few values at all it lies in a bin of its own (-2), so that a constant which becomes another constant is seen.
numbered as (

    select
        feature_name,
        feature_kind,
        feature_value,
        reference_count,
        current_count,
        case
            when distinct_count <= 10 and reference_count = 0 then -2
            when distinct_count <= 10 then known_values_until - 1
            else coalesce(
                max(
                    case when reference_count > 0 then floor(cast(10 * reference_count_below as double) / feature_reference_count) end
                ) over (partition by feature_name order by feature_value rows between unbounded preceding and current row),
                0
            )
        end as bin_number
    from positioned

    union all

    select
        feature_name,
        feature_kind,
        feature_value,
        reference_count,
        current_count,
        -1 as bin_number
    from value_counts
    where feature_value is null

),

final as (

    select
        clock.as_of_date,
        numbered.feature_name,
        numbered.feature_kind,
        cast(numbered.bin_number as bigint) as bin_number,
        cast(sum(numbered.reference_count) as bigint) as reference_count,
        cast(sum(numbered.current_count) as bigint) as current_count,
        min(numbered.feature_value) as lowest_value
    from numbered
    cross join clock
    group by
        clock.as_of_date,
        numbered.feature_name,
        numbered.feature_kind,
        cast(numbered.bin_number as bigint)

)

select * from final
