with

splits as (

    select * from {{ ref('int_identity_moves') }}
    where change_type = 'split'

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where decision = 'split' and is_effective

),

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}

),

blocked_edges as (

    select * from {{ ref('int_identity_edges') }}
    where blocked_reason is not null

),

shared_links as (

    select
        person_key as identifier_key,
        is_within_limit
    from {{ ref('int_identity_phone_edges') }}

    union all

    select
        person_key as identifier_key,
        is_within_limit
    from {{ ref('int_identity_device_edges') }}

),

-- Whom a decision keeps apart, in both directions.
separated as (

    select
        identity_map.customer_id,
        linked_map.customer_id as other_customer_id,
        overrides.override_id
    from overrides
    inner join identity_map
        on overrides.identifier_key = identity_map.identifier_key
    inner join identity_map as linked_map
        on overrides.linked_key = linked_map.identifier_key

),

cut_identifiers as (

    select
        refused_links.identifier_key,
        case when refused_links.refused_reason = 'split' then 'split_override' else 'limit' end as cause,
        refused_links.override_id
    from refused_links

    union all

    select
        refused_links.linked_key as identifier_key,
        case when refused_links.refused_reason = 'split' then 'split_override' else 'limit' end as cause,
        refused_links.override_id
    from refused_links

    union all

    select
        blocked_edges.identifier_key,
        blocked_edges.blocked_reason as cause,
        cast(null as string) as override_id
    from blocked_edges

    union all

    select
        shared_links.identifier_key,
        'shared' as cause,
        cast(null as string) as override_id
    from shared_links
    where not shared_links.is_within_limit

),

causes as (

    select
        splits.after_customer_id,
        'split_override' as cause,
        separated.override_id,
        1 as cause_rank
    from splits
    inner join separated
        on
            (splits.after_customer_id = separated.customer_id and splits.before_customer_id = separated.other_customer_id)
            or (splits.after_customer_id = separated.other_customer_id and splits.before_customer_id = separated.customer_id)

    union all

    select
        splits.after_customer_id,
        cut_identifiers.cause,
        cut_identifiers.override_id,
        case cut_identifiers.cause when 'split_override' then 2 when 'limit' then 3 when 'shared' then 4 else 5 end as cause_rank
    from splits
    inner join identity_map
        on splits.after_customer_id = identity_map.customer_id
    inner join cut_identifiers
        on identity_map.identifier_key = cut_identifiers.identifier_key

),

ranked as (

    select
        after_customer_id,
        cause,
        override_id,
        row_number() over (
            partition by after_customer_id
            order by cause_rank, override_id
        ) as cause_number
    from causes

),

final as (

    select
        after_customer_id,
        cause,
        override_id
    from ranked
    where cause_number = 1

)

select * from final
