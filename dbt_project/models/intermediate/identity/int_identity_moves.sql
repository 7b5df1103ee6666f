with

members as (

    select * from {{ ref('int_identity_members') }}

),

customers_before as (

    select distinct before_customer_id as customer_id
    from members
    where before_customer_id is not null

),

customers_now as (

    select distinct customer_id
    from members
    where customer_id is not null

),

-- Where the anchor of an id that is no longer used has gone, else the first of the places that its other identifiers have gone to.
ended as (

    select
        members.before_customer_id,
        members.customer_id as after_customer_id,
        row_number() over (
            partition by members.before_customer_id
            order by
                case when members.customer_id is null then 1 else 0 end,
                case when members.was_anchor then 0 else 1 end,
                members.customer_id,
                members.identifier_hash
        ) as member_rank
    from members
    left join customers_now
        on members.before_customer_id = customers_now.customer_id
    where
        members.before_customer_id is not null
        and customers_now.customer_id is null

),

-- Where the anchor of an id that was not in use has come from, else the first of the places that its other identifiers come from.
started as (

    select
        members.customer_id as after_customer_id,
        members.before_customer_id,
        row_number() over (
            partition by members.customer_id
            order by
                case when members.before_customer_id is null then 1 else 0 end,
                case when members.is_anchor then 0 else 1 end,
                members.before_customer_id,
                members.identifier_hash
        ) as member_rank
    from members
    left join customers_before
        on members.customer_id = customers_before.customer_id
    where
        members.customer_id is not null
        and customers_before.customer_id is null

),

final as (

    select
        case when after_customer_id is null then 'gone' else 'merged' end as change_type,
        before_customer_id,
        after_customer_id
    from ended
    where member_rank = 1

    union all

    select
        case when before_customer_id is null then 'new' else 'split' end as change_type,
        before_customer_id,
        after_customer_id
    from started
    where member_rank = 1

)

select * from final
