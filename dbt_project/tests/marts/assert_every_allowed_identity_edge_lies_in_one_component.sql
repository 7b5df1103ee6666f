-- The fixpoint: no rule that may join is left unapplied, whatever the algorithm did, unless a limit or a split speaks against it.
with

components as (

    select * from {{ ref('int_identity_components') }}

),

edges as (

    select
        identifier_key,
        linked_key
    from {{ ref('int_identity_edges') }}
    where blocked_reason is null and identity_stage = 1

    union all

    select
        person_key as identifier_key,
        phone_key as linked_key
    from {{ ref('int_identity_phone_edges') }}
    where is_within_limit

    union all

    select
        identifier_key,
        linked_key
    from {{ ref('int_identity_match_edges') }}

    union all

    select
        person_key as identifier_key,
        device_key as linked_key
    from {{ ref('int_identity_device_edges') }}
    where is_within_limit

),

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}
    where refused_reason is not null

)

select
    edges.identifier_key,
    edges.linked_key
from edges
inner join components as left_components
    on edges.identifier_key = left_components.identifier_key
inner join components as right_components
    on edges.linked_key = right_components.identifier_key
left join refused_links
    on
        edges.identifier_key = refused_links.identifier_key
        and edges.linked_key = refused_links.linked_key
where
    left_components.component_key <> right_components.component_key
    and refused_links.identifier_key is null
