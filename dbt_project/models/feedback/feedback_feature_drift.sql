with

bins as (

    select * from {{ ref('feedback_feature_bins') }}

),

limits as (

    select
        max(case when limit_name = 'moderate_from' then limit_value end) as moderate_from,
        max(case when limit_name = 'drifted_from' then limit_value end) as drifted_from,
        max(case when limit_name = 'smallest_bin_share' then limit_value end) as smallest_bin_share
    from {{ ref('monitoring_limits') }}
    where check_name = 'feature_drift'

),

shares as (

    select
        bins.*,
        sum(bins.reference_count) over (partition by bins.as_of_date, bins.feature_name) as feature_reference_count,
        sum(bins.current_count) over (partition by bins.as_of_date, bins.feature_name) as feature_current_count
    from bins

),

-- An empty bin has no logarithm: no share is taken to be smaller than the limit says.
floored as (

    select
        shares.*,
        greatest(cast(shares.reference_count as double) / nullif(shares.feature_reference_count, 0), limits.smallest_bin_share)
            as reference_share,
        greatest(cast(shares.current_count as double) / nullif(shares.feature_current_count, 0), limits.smallest_bin_share)
            as current_share
    from shares
    cross join limits

),

-- As decimals, since a sum of doubles depends on its order. Population stability index: Siddiqi 2006, p. 137.
indexed as (

    select
        as_of_date,
        feature_name,
        feature_kind,
        cast(max(feature_reference_count) as bigint) as reference_count,
        cast(max(feature_current_count) as bigint) as current_count,
        cast(sum(case when bin_number = -1 then reference_count else 0 end) as double) as reference_missing_count,
        cast(sum(case when bin_number = -1 then current_count else 0 end) as double) as current_missing_count,
        cast(
            sum(
                case
                    when feature_reference_count > 0 and feature_current_count > 0
                        then cast((current_share - reference_share) * ln(current_share / reference_share) as decimal(18, 9))
                end
            ) as double
        ) as exact_stability_index,
        count(*) as bin_count
    from floored
    group by
        as_of_date,
        feature_name,
        feature_kind

),

final as (

    select
        indexed.as_of_date,
        indexed.feature_name,
        indexed.feature_kind,
        indexed.reference_count,
        indexed.current_count,
        indexed.bin_count,
        {{ rounded('indexed.reference_missing_count / nullif(indexed.reference_count, 0)', 6) }} as reference_missing_share,
        {{ rounded('indexed.current_missing_count / nullif(indexed.current_count, 0)', 6) }} as current_missing_share,
        {{ rounded('indexed.exact_stability_index', 6) }} as population_stability_index,
        case
            when indexed.exact_stability_index is null then 'not compared'
            when indexed.exact_stability_index >= limits.drifted_from then 'drifted'
            when indexed.exact_stability_index >= limits.moderate_from then 'moderate'
            else 'stable'
        end as verdict
    from indexed
    cross join limits

)

select * from final
