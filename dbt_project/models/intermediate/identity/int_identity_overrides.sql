with

decisions as (

    select * from {{ ref('stg_ops__identity_overrides') }}

),

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

ranked as (

    select
        override_id,
        decision,
        identifier_key,
        linked_key,
        decided_at,
        row_number() over (
            partition by identifier_key, linked_key
            order by decided_at desc, override_id desc
        ) as decision_rank
    from decisions

),

final as (

    select
        ranked.override_id,
        ranked.decision,
        ranked.identifier_key,
        ranked.linked_key,
        ranked.decided_at,
        identifiers.identifier_key is not null and linked_identifiers.identifier_key is not null as is_effective
    from ranked
    left join identifiers
        on ranked.identifier_key = identifiers.identifier_key
    left join identifiers as linked_identifiers
        on ranked.linked_key = linked_identifiers.identifier_key
    where
        ranked.decision_rank = 1
        and ranked.decision <> 'withdrawn'

)

select * from final
