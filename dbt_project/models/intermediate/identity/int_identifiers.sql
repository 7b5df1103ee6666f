with

identifiers as (

    select * from {{ ref('int_identifiers_sighted') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

listed_junk as (

    select
        identifier_type,
        identifier_value,
        reason
    from {{ ref('identity_junk_identifiers') }}

    union all

    -- A seed cannot hold this one: most adapters read the word as no value.
    select
        'any' as identifier_type,
        'null' as identifier_value,
        'Text written by a program that had no value' as reason

),

junk_patterns as (

    select * from {{ ref('identity_junk_patterns') }}

),

matches as (

    select
        identifiers.identifier_key,
        listed_junk.reason
    from identifiers
    inner join listed_junk
        on
            lower(identifiers.identifier_value) = listed_junk.identifier_value
            and (listed_junk.identifier_type = 'any' or identifiers.identifier_type = listed_junk.identifier_type)

    union all

    select
        identifiers.identifier_key,
        junk_patterns.reason
    from identifiers
    inner join junk_patterns
        on
            identifiers.identifier_type = junk_patterns.identifier_type
            and identifiers.identifier_value like junk_patterns.like_pattern

),

junk as (

    select
        identifier_key,
        min(reason) as junk_reason
    from matches
    group by identifier_key

),

final as (

    select
        identifiers.identifier_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifier_types.type_rank,
        identifier_types.is_known,
        junk.junk_reason,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_loaded_at,
        junk.identifier_key is not null as is_junk
    from identifiers
    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type
    left join junk
        on identifiers.identifier_key = junk.identifier_key

)

select * from final
