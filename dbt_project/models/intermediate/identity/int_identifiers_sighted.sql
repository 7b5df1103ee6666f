with

identifier_pairs as (

    select * from {{ ref('int_identifier_pairs') }}

),

email_addresses as (

    select * from {{ ref('int_email_addresses_observed') }}

),

visitors as (

    select * from {{ ref('int_web_visitors') }}

),

sightings as (

    select
        identifier_key,
        identifier_type,
        identifier_value,
        first_seen_at,
        last_seen_at,
        first_loaded_at
    from identifier_pairs

    union all

    select
        linked_key as identifier_key,
        linked_type as identifier_type,
        linked_value as identifier_value,
        first_linked_at as first_seen_at,
        last_seen_at,
        first_loaded_at
    from identifier_pairs
    where linked_key is not null

    union all

    select
        identifier_key,
        'email' as identifier_type,
        email as identifier_value,
        first_seen_at,
        last_seen_at,
        first_loaded_at
    from email_addresses

    union all

    select
        identifier_key,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier_value,
        first_seen_at,
        last_seen_at,
        first_loaded_at
    from visitors

),

final as (

    select
        identifier_key,
        identifier_type,
        identifier_value,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(first_loaded_at) as first_loaded_at
    from sightings
    group by
        identifier_key,
        identifier_type,
        identifier_value

)

select * from final
