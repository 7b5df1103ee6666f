-- Pairs whose records are one person already need no joining; a pair that a rule joins tomorrow leaves by itself.

with

match_pairs as (

    select * from {{ ref('stg_ml__identity_match_pairs') }}

),

identity_match_thresholds as (

    select * from {{ ref('identity_match_thresholds') }}
    where joins_people

),

identity_rules as (

    select * from {{ ref('identity_rules') }}
    where identity_stage = 3

),

identifiers as (

    select * from {{ ref('int_identifiers') }}
    where not is_junk

),

phone_people as (

    select * from {{ ref('int_identity_phone_people') }}

),

sure_pairs as (

    select
        match_pairs.identifier_key,
        match_pairs.linked_key,
        match_pairs.match_weight,
        identity_rules.rule_name,
        identity_rules.rule_rank,
        coalesce(phone_people.component_key, match_pairs.identifier_key) as person_key,
        coalesce(linked_people.component_key, match_pairs.linked_key) as linked_person_key,
        greatest(identifiers.first_loaded_at, linked_identifiers.first_loaded_at) as first_loaded_at
    from match_pairs
    inner join identity_match_thresholds
        on match_pairs.decision = identity_match_thresholds.decision
    inner join identifiers
        on match_pairs.identifier_key = identifiers.identifier_key
    inner join identifiers as linked_identifiers
        on match_pairs.linked_key = linked_identifiers.identifier_key
    left join phone_people
        on match_pairs.identifier_key = phone_people.node_key
    left join phone_people as linked_people
        on match_pairs.linked_key = linked_people.node_key
    cross join identity_rules

),

final as (

    select
        identifier_key,
        linked_key,
        person_key,
        linked_person_key,
        rule_name,
        rule_rank,
        first_loaded_at,
        -- Stands in for the rank of a rule where limits are kept: no two pairs of different weight are equally strong.
        cast(dense_rank() over (order by match_weight desc) as bigint) as strength_rank
    from sure_pairs
    where person_key <> linked_person_key

)

select * from final
