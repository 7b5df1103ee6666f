{{ config(materialized='view') }}
-- A view, because its three readers each read a part of it once.

with

identifiers as (

    select * from {{ ref('int_identifiers') }}
    where not is_junk

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}
    where max_per_person is not null

),

splits as (

    select * from {{ ref('int_identity_overrides') }}
    where decision = 'split' and is_effective

),

final as (

    select
        identifiers.identifier_key as node_key,
        identifiers.identifier_type as claim_name,
        cast(1 as bigint) as claim_count,
        identifier_types.max_per_person as claim_limit
    from identifiers
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

    union all

    select
        identifier_key as node_key,
        'split ' || override_id as claim_name,
        cast(1 as bigint) as claim_count,
        cast(1 as bigint) as claim_limit
    from splits

    union all

    select
        linked_key as node_key,
        'split ' || override_id as claim_name,
        cast(1 as bigint) as claim_count,
        cast(1 as bigint) as claim_limit
    from splits

)

select * from final
