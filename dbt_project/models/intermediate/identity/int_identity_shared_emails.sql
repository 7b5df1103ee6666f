with

identifier_pairs as (

    select * from {{ ref('int_identifier_pairs') }}
    where rule_name = 'contact_email' and linked_key is not null

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

contacts_per_email as (

    select
        linked_key,
        count(distinct identifier_key) as contact_count
    from identifier_pairs
    group by linked_key

),

final as (

    select
        contacts_per_email.linked_key as identifier_key,
        contacts_per_email.contact_count
    from contacts_per_email
    inner join identifier_types
        on identifier_types.identifier_type = 'email'
    where contacts_per_email.contact_count > identifier_types.max_people

)

select * from final
