with

model_checks as (

    select * from {{ source('ops', 'model_checks') }}

),

final as (

    select
        model_name,
        as_of_date,
        as_of_at,
        incumbent,
        is_trained,
        reason,
        metrics,
        score_drift,
        test_dates
    from model_checks

)

select * from final
