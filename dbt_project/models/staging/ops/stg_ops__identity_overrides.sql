with

identity_overrides as (

    select * from {{ source('ops', 'identity_overrides') }}

),

final as (

    select
        override_id,
        decision,
        identifier_type,
        identifier_key,
        linked_type,
        linked_key,
        decided_at,
        decided_by,
        reason
    from identity_overrides

)

select * from final
