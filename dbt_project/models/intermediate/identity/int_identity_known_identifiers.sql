with

identifiers as (

    select * from {{ ref('int_identifiers') }}
    where
        is_known
        and not is_junk

),

components as (

    select * from {{ ref('int_identity_components') }}

),

shared_identifiers as (

    select * from {{ ref('int_identity_shared_identifiers') }}

),

settings as (

    select * from {{ ref('stg_ops__settings') }}
    where setting_name = 'identity_key'

),

final as (

    select
        identifiers.identifier_key,
        components.component_key,
        identifiers.type_rank,
        identifiers.first_loaded_at,
        {{ identifier_hash("settings.setting_value || '|' || cast(identifiers.identifier_key as string)") }} as identifier_hash,
        identifiers.identifier_type || '|' || identifiers.identifier_value as anchor,
        shared_identifiers.identifier_key is not null as is_shared
    from identifiers
    inner join components
        on identifiers.identifier_key = components.identifier_key
    cross join settings
    left join shared_identifiers
        on identifiers.identifier_key = shared_identifiers.identifier_key

)

select * from final
