{{ config(materialized='connected_components', claims='int_identity_split_claims') }}
-- depends_on: {{ ref('int_identity_split_claims') }}
-- Limits were kept when the rules made the two people; a decision joins them whole. Their own links come along, so that those can give way
-- which would join both sides of a split through the decision.

with

links as (

    select * from {{ ref('int_identity_overrides') }}
    where
        decision = 'link'
        and is_effective

),

account_components as (

    select * from {{ ref('int_identity_account_components') }}

),

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 1 and blocked_reason is null

),

linked_people as (

    select account_components.component_key
    from links
    inner join account_components
        on links.identifier_key = account_components.node_key

    union

    select account_components.component_key
    from links
    inner join account_components
        on links.linked_key = account_components.node_key

),

linked_nodes as (

    select
        account_components.node_key,
        account_components.component_key
    from account_components
    inner join linked_people
        on account_components.component_key = linked_people.component_key

),

final as (

    select
        identifier_key as node_key,
        linked_key as neighbour_key,
        cast(0 as bigint) as rule_rank,
        decided_at as first_loaded_at
    from links

    union all

    select
        edges.identifier_key as node_key,
        edges.linked_key as neighbour_key,
        edges.rule_rank,
        edges.first_loaded_at
    from edges
    inner join linked_nodes
        on edges.identifier_key = linked_nodes.node_key
    inner join linked_nodes as neighbours
        on
            edges.linked_key = neighbours.node_key
            and linked_nodes.component_key = neighbours.component_key

)

select * from final
