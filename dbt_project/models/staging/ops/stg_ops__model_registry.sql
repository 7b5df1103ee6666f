with

model_registry as (

    select * from {{ source('ops', 'model_registry') }}

),

final as (

    select
        model_name,
        model_version,
        as_of_date,
        as_of_at,
        is_trained,
        reason,
        artifact_path,
        artifact_sha256,
        content,
        trained_at
    from model_registry

)

select * from final
