with

edges as (

    select * from {{ ref('int_identity_edges') }}
    where identity_stage = 2 and blocked_reason is null

),

account_components as (

    select * from {{ ref('int_identity_account_components') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

people_with_phones as (

    select
        edges.linked_key as phone_key,
        coalesce(account_components.component_key, edges.identifier_key) as person_key,
        min(edges.first_loaded_at) as first_loaded_at
    from edges
    left join account_components
        on edges.identifier_key = account_components.node_key
    group by
        coalesce(account_components.component_key, edges.identifier_key),
        edges.linked_key

),

people_per_phone as (

    select
        phone_key,
        count(*) as people_count
    from people_with_phones
    group by phone_key

),

final as (

    select
        people_with_phones.person_key,
        people_with_phones.phone_key,
        people_per_phone.people_count,
        people_with_phones.first_loaded_at,
        people_per_phone.people_count <= identifier_types.max_people as is_within_limit
    from people_with_phones
    inner join people_per_phone
        on people_with_phones.phone_key = people_per_phone.phone_key
    inner join identifier_types
        on identifier_types.identifier_type = 'phone'

)

select * from final
