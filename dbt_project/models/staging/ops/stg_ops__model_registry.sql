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
        trained_at,
        data_fingerprint,
        code_version,
        parameters,
        metrics,
        test_dates,
        learned_until_date,
        status,
        decision,
        comparison,
        promoted_date,
        promotion_number,
        promoted_by,
        rolled_back_at
    from model_registry

)

select * from final
