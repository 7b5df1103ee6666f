with

thresholds as (

    {{ thresholds(['page_view_quantile']) }}

),

features as (

    select * from {{ ref('feature_customers') }}
    where
        is_scoring_date
        and page_view_count_90d > 0

),

page_view_shares as (

    select
        customer_id,
        page_view_count_90d,
        cume_dist() over (order by page_view_count_90d) as share_at_or_below
    from features

),

cut as (

    select min(page_view_shares.page_view_count_90d) as page_view_count_90d
    from page_view_shares
    cross join thresholds
    where page_view_shares.share_at_or_below >= thresholds.page_view_quantile

),

final as (

    select features.customer_id
    from features
    cross join cut
    where features.page_view_count_90d > cut.page_view_count_90d

)

select * from final
