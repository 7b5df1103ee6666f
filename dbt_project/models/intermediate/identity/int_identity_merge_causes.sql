with

customers_before as (

    select * from {{ ref('int_identity_moves') }}
    where change_type = 'merged'

),

members as (

    select * from {{ ref('int_identity_members') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

edges as (

    select * from {{ ref('int_identity_edges') }}
    where blocked_reason is null

),

match_edges as (

    select * from {{ ref('int_identity_match_edges') }}

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where decision = 'link' and is_effective

),

links as (

    select
        identifier_key,
        linked_key,
        rule_name as cause,
        cast(null as string) as override_id,
        rule_rank,
        first_loaded_at
    from edges

    union all

    select
        identifier_key,
        linked_key,
        rule_name as cause,
        cast(null as string) as override_id,
        rule_rank,
        first_loaded_at
    from match_edges

    union all

    select
        identifier_key,
        linked_key,
        'link_override' as cause,
        override_id,
        cast(0 as bigint) as rule_rank,
        decided_at as first_loaded_at
    from overrides

),

directed_links as (

    select * from links

    union all

    select
        linked_key as identifier_key,
        identifier_key as linked_key,
        cause,
        override_id,
        rule_rank,
        first_loaded_at
    from links

),

merged_members as (

    select
        customers_before.before_customer_id,
        customers_before.after_customer_id,
        members.identifier_key
    from customers_before
    inner join members
        on
            customers_before.before_customer_id = members.before_customer_id
            and customers_before.after_customer_id = members.customer_id

),

-- The newest link to what the other customer was; else the newest out of what this one was, by way of something new or of a third.
ranked as (

    select
        merged_members.before_customer_id,
        directed_links.cause,
        directed_links.override_id,
        row_number() over (
            partition by merged_members.before_customer_id
            order by
                case when linked_members.before_customer_id = merged_members.after_customer_id then 0 else 1 end,
                directed_links.first_loaded_at desc,
                directed_links.rule_rank asc,
                directed_links.identifier_key asc,
                directed_links.linked_key asc
        ) as link_rank
    from merged_members
    inner join directed_links
        on merged_members.identifier_key = directed_links.identifier_key
    inner join identity_map
        on
            directed_links.linked_key = identity_map.identifier_key
            and merged_members.after_customer_id = identity_map.customer_id
    left join members as linked_members
        on directed_links.linked_key = linked_members.identifier_key
    left join merged_members as inner_members
        on
            directed_links.linked_key = inner_members.identifier_key
            and merged_members.before_customer_id = inner_members.before_customer_id
    where inner_members.identifier_key is null

),

final as (

    select
        before_customer_id,
        cause,
        override_id
    from ranked
    where link_rank = 1

)

select * from final
