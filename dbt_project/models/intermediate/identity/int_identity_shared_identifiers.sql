with

shared_emails as (

    select * from {{ ref('int_identity_shared_emails') }}

),

phone_edges as (

    select * from {{ ref('int_identity_phone_edges') }}

),

final as (

    select identifier_key
    from shared_emails

    union

    select phone_key as identifier_key
    from phone_edges
    where not is_within_limit

)

select * from final
