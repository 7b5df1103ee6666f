with

part_links as (

    select * from {{ ref('feature_part_links') }}
    where identity_stage = 2

),

part_accounts as (

    select * from {{ ref('feature_part_accounts') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}
    where identifier_type = 'phone'

),

people_with_phones as (

    select
        part_links.neighbour_key as phone_node_key,
        coalesce(part_accounts.component_key, part_links.node_key) as person_key,
        min(part_links.rule_rank) as rule_rank,
        min(part_links.first_loaded_at) as first_loaded_at
    from part_links
    left join part_accounts
        on part_links.node_key = part_accounts.node_key
    group by
        part_links.neighbour_key,
        coalesce(part_accounts.component_key, part_links.node_key)

),

-- A number that a correction gave to somebody is also his.
owned_phones as (

    select
        people_with_phones.phone_node_key,
        part_accounts.component_key as person_key
    from people_with_phones
    inner join part_accounts
        on people_with_phones.phone_node_key = part_accounts.node_key

),

people_and_owners as (

    select
        phone_node_key,
        person_key
    from people_with_phones

    union

    select
        phone_node_key,
        person_key
    from owned_phones

),

people_per_phone as (

    select
        phone_node_key,
        count(*) as people_count
    from people_and_owners
    group by phone_node_key

),

final as (

    select
        people_with_phones.phone_node_key,
        people_with_phones.person_key,
        people_with_phones.rule_rank,
        people_with_phones.first_loaded_at,
        coalesce(part_accounts.component_key, people_with_phones.phone_node_key) as phone_person_key,
        people_per_phone.people_count <= identifier_types.max_people as is_within_limit
    from people_with_phones
    inner join people_per_phone
        on people_with_phones.phone_node_key = people_per_phone.phone_node_key
    cross join identifier_types
    left join part_accounts
        on people_with_phones.phone_node_key = part_accounts.node_key

)

select * from final
