with

as_of_dates as (

    select as_of_date
    from {{ ref('feature_as_of_dates') }}
    where not is_scoring_date

),

parted_components as (

    select * from {{ ref('feature_parted_components') }}

),

shared_identifiers as (

    select * from {{ ref('feature_shared_identifiers') }}

),

identifiers as (

    select
        identity_map.identifier_key,
        identity_map.component_key,
        cast(identity_map.first_seen_at as date) as first_seen_date,
        {{ knowledge_date('identity_map.first_seen_at', 'identity_map.first_loaded_at') }} as known_date
    from {{ ref('int_identity_map') }} as identity_map
    inner join parted_components
        on identity_map.component_key = parted_components.component_key
    where
        identity_map.is_known
        and not identity_map.is_junk

),

final as (

    select
        identifiers.identifier_key,
        as_of_dates.as_of_date,
        identifiers.first_seen_date,
        {{ identifier_hash("cast(identifiers.identifier_key as string) || '|' || cast(as_of_dates.as_of_date as string)") }} as node_key
    from identifiers
    inner join as_of_dates
        on identifiers.known_date < as_of_dates.as_of_date
    left join shared_identifiers
        on identifiers.identifier_key = shared_identifiers.identifier_key
    where
        shared_identifiers.shared_date is null
        or shared_identifiers.shared_date >= as_of_dates.as_of_date

)

select * from final
