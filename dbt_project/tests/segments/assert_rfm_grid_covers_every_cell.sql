-- 125 cells, each once: no combination of scores is without a group.
with

cells as (

    select
        count(*) as cell_count,
        count(distinct recency_score * 100 + frequency_score * 10 + monetary_score) as distinct_cell_count,
        count(rfm_group) as named_cell_count
    from {{ ref('rfm_groups') }}

)

select * from cells
where
    cell_count <> 125
    or distinct_cell_count <> 125
    or named_cell_count <> 125
