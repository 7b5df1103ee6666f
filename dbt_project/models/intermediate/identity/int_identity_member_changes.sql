with

clock as (

    select * from {{ ref('int_clock') }}

),

members as (

    select * from {{ ref('int_identity_members') }}

),

final as (

    select
        members.identifier_hash,
        members.customer_id,
        members.is_anchor,
        clock.as_of_at as changed_at
    from members
    cross join clock
    where
        members.customer_id is null
        or members.before_customer_id is null
        or members.customer_id <> members.before_customer_id
        or members.is_anchor <> members.was_anchor

)

select * from final
