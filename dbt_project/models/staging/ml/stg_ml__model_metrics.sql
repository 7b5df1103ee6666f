with

model_metrics as (

    select * from {{ source('ml', 'model_metrics') }}

),

final as (

    select
        model_name,
        model_version,
        as_of_date,
        split,
        metric_name,
        metric_value,
        scored_at
    from model_metrics

)

select * from final
