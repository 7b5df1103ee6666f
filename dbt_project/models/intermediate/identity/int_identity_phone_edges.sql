with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 2 and blocked_reason is null

),

account_people as (

    select * from {{ ref('int_identity_account_people') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

phones as (

    select distinct linked_key as phone_key
    from edges

),

-- Only an override puts a number into a component of stage 1: its owner counts, whether a rule has seen the two together or not.
owned_phones as (

    select
        phones.phone_key,
        account_people.component_key as person_key
    from phones
    inner join account_people
        on phones.phone_key = account_people.node_key

),

people_with_phones as (

    select
        edges.linked_key as phone_key,
        coalesce(account_people.component_key, edges.identifier_key) as person_key,
        min(edges.rule_rank) as rule_rank,
        min(edges.first_loaded_at) as first_loaded_at
    from edges
    left join account_people
        on edges.identifier_key = account_people.node_key
    group by
        coalesce(account_people.component_key, edges.identifier_key),
        edges.linked_key

),

people_and_owners as (

    select
        phone_key,
        person_key
    from people_with_phones

    union all

    select
        phone_key,
        person_key
    from owned_phones

),

people_per_phone as (

    select
        phone_key,
        count(distinct person_key) as people_count
    from people_and_owners
    group by phone_key

),

final as (

    select
        people_with_phones.person_key,
        people_with_phones.phone_key,
        people_per_phone.people_count,
        people_with_phones.rule_rank,
        people_with_phones.first_loaded_at,
        coalesce(owned_phones.person_key, people_with_phones.phone_key) as phone_person_key,
        people_per_phone.people_count <= identifier_types.max_people as is_within_limit
    from people_with_phones
    inner join people_per_phone
        on people_with_phones.phone_key = people_per_phone.phone_key
    inner join identifier_types
        on identifier_types.identifier_type = 'phone'
    left join owned_phones
        on people_with_phones.phone_key = owned_phones.phone_key

)

select * from final
