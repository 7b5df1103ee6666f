-- Which correction joins two people, it joins whole; a limit that would have refused their links is not asked again, on any date.

with

parted_identifiers as (

    select * from {{ ref('feature_parted_identifiers') }}

),

identity_links as (

    select * from {{ ref('feature_identity_links') }}

),

corrected_components as (

    select * from {{ ref('feature_corrected_components') }}

),

final as (

    select
        parted_identifiers.node_key,
        linked_identifiers.node_key as neighbour_key,
        parted_identifiers.as_of_date,
        identity_links.identity_stage,
        identity_links.rule_rank,
        identity_links.first_loaded_at
    from identity_links
    inner join parted_identifiers
        on identity_links.identifier_key = parted_identifiers.identifier_key
    inner join parted_identifiers as linked_identifiers
        on
            identity_links.linked_key = linked_identifiers.identifier_key
            and parted_identifiers.as_of_date = linked_identifiers.as_of_date
    left join corrected_components
        on identity_links.component_key = corrected_components.component_key
    left join corrected_components as linked_corrected_components
        on identity_links.linked_component_key = linked_corrected_components.component_key
    where
        identity_links.known_date < parted_identifiers.as_of_date
        and (identity_links.shared_date is null or identity_links.shared_date >= parted_identifiers.as_of_date)
        and (
            identity_links.component_key = identity_links.linked_component_key
            or (corrected_components.component_key is null and linked_corrected_components.component_key is null)
        )

)

select * from final
