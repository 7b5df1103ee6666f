-- Junk identifiers, shared phone numbers and shared devices stay alone in their component, unless somebody has decided otherwise.
with

components as (

    select * from {{ ref('int_identity_components') }}

),

component_sizes as (

    select
        component_key,
        count(*) as identifier_count
    from components
    group by component_key

),

blocked_identifiers as (

    select identifier_key
    from {{ ref('int_identifiers') }}
    where is_junk

    union

    select phone_key as identifier_key
    from {{ ref('int_identity_phone_edges') }}
    where not is_within_limit

    union

    select device_key as identifier_key
    from {{ ref('int_identity_device_edges') }}
    where not is_within_limit

),

decided_identifiers as (

    select identifier_key
    from {{ ref('int_identity_overrides') }}
    where decision = 'link'

    union

    select linked_key as identifier_key
    from {{ ref('int_identity_overrides') }}
    where decision = 'link'

)

select
    components.identifier_key,
    component_sizes.identifier_count
from blocked_identifiers
inner join components
    on blocked_identifiers.identifier_key = components.identifier_key
inner join component_sizes
    on components.component_key = component_sizes.component_key
left join decided_identifiers
    on blocked_identifiers.identifier_key = decided_identifiers.identifier_key
where
    component_sizes.identifier_count > 1
    and decided_identifiers.identifier_key is null
