with

clock as (

    select * from {{ ref('int_clock') }}

),

members as (

    select * from {{ ref('stg_ops__identity_members') }}

),

ranked as (

    select
        members.identifier_hash,
        members.customer_id,
        members.is_anchor,
        row_number() over (
            partition by members.identifier_hash
            order by members.changed_at desc
        ) as change_rank
    from members
    cross join clock
    where members.changed_at < clock.as_of_at

),

final as (

    select
        identifier_hash,
        customer_id,
        is_anchor
    from ranked
    where
        change_rank = 1
        and customer_id is not null

)

select * from final
