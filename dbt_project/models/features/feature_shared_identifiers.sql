with

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

account_people as (

    select * from {{ ref('int_identity_account_people') }}

),

shared_phones as (

    select distinct phone_key
    from {{ ref('int_identity_phone_edges') }}
    where not is_within_limit

),

people as (

    select
        pairs.linked_key as identifier_key,
        'email' as identifier_type,
        pairs.identifier_key as person_key,
        min({{ knowledge_date('pairs.first_linked_at', 'pairs.first_loaded_at') }}) as known_date
    from {{ ref('int_identifier_pairs') }} as pairs
    inner join {{ ref('int_identity_shared_emails') }} as shared_emails
        on pairs.linked_key = shared_emails.identifier_key
    where pairs.rule_name = 'contact_email'
    group by
        pairs.linked_key,
        pairs.identifier_key

    union all

    select
        edges.linked_key as identifier_key,
        'phone' as identifier_type,
        coalesce(account_people.component_key, edges.identifier_key) as person_key,
        min({{ knowledge_date('edges.first_linked_at', 'edges.first_loaded_at') }}) as known_date
    from {{ ref('int_identity_edges') }} as edges
    inner join shared_phones
        on edges.linked_key = shared_phones.phone_key
    left join account_people
        on edges.identifier_key = account_people.node_key
    where
        edges.identity_stage = 2
        and edges.blocked_reason is null
    group by
        edges.linked_key,
        coalesce(account_people.component_key, edges.identifier_key)

),

ranked as (

    select
        people.identifier_key,
        people.known_date,
        identifier_types.max_people,
        row_number() over (
            partition by people.identifier_key
            order by people.known_date, people.person_key
        ) as person_rank
    from people
    inner join identifier_types
        on people.identifier_type = identifier_types.identifier_type

),

final as (

    select
        identifier_key,
        known_date as shared_date
    from ranked
    where person_rank = max_people + 1

)

select * from final
