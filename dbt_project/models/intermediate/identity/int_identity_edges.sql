with

identifier_pairs as (

    select * from {{ ref('int_identifier_pairs') }}
    where linked_key is not null

),

identity_rules as (

    select * from {{ ref('identity_rules') }}

),

junk_identifiers as (

    select * from {{ ref('int_identifiers') }}
    where is_junk

),

shared_emails as (

    select * from {{ ref('int_identity_shared_emails') }}

),

final as (

    select
        identifier_pairs.identifier_key,
        identifier_pairs.linked_key,
        identifier_pairs.rule_name,
        identifier_pairs.identifier_type,
        identifier_pairs.linked_type,
        identity_rules.identity_stage,
        identity_rules.rule_rank,
        identifier_pairs.first_seen_at,
        identifier_pairs.first_linked_at,
        identifier_pairs.last_seen_at,
        identifier_pairs.first_loaded_at,
        case
            when junk_left.identifier_key is not null or junk_right.identifier_key is not null then 'junk'
            when shared_left.identifier_key is not null or shared_right.identifier_key is not null then 'shared'
        end as blocked_reason
    from identifier_pairs
    inner join identity_rules
        on identifier_pairs.rule_name = identity_rules.rule_name
    left join junk_identifiers as junk_left
        on identifier_pairs.identifier_key = junk_left.identifier_key
    left join junk_identifiers as junk_right
        on identifier_pairs.linked_key = junk_right.identifier_key
    left join shared_emails as shared_left
        on identifier_pairs.identifier_key = shared_left.identifier_key
    left join shared_emails as shared_right
        on identifier_pairs.linked_key = shared_right.identifier_key

)

select * from final
