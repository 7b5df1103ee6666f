{{ config(materialized='connected_components', claims='feature_part_people_claims') }}
-- depends_on: {{ ref('feature_part_people_claims') }}

with

part_phones as (

    select * from {{ ref('feature_part_phones') }}
    where is_within_limit

),

match_links as (

    select * from {{ ref('feature_part_links') }}
    where identity_stage = 3

),

part_accounts as (

    select * from {{ ref('feature_part_accounts') }}

),

final as (

    select
        person_key as node_key,
        phone_person_key as neighbour_key,
        rule_rank,
        first_loaded_at
    from part_phones

    union all

    select
        coalesce(part_accounts.component_key, match_links.node_key) as node_key,
        coalesce(linked_accounts.component_key, match_links.neighbour_key) as neighbour_key,
        match_links.rule_rank,
        match_links.first_loaded_at
    from match_links
    left join part_accounts
        on match_links.node_key = part_accounts.node_key
    left join part_accounts as linked_accounts
        on match_links.neighbour_key = linked_accounts.node_key

)

select * from final
