-- What somebody has linked is one person, what somebody has split is two, whatever the rules say.
with

components as (

    select * from {{ ref('int_identity_components') }}

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where is_effective

)

select
    overrides.override_id,
    overrides.decision
from overrides
inner join components
    on overrides.identifier_key = components.identifier_key
inner join components as linked_components
    on overrides.linked_key = linked_components.identifier_key
where (overrides.decision = 'link') <> (components.component_key = linked_components.component_key)
