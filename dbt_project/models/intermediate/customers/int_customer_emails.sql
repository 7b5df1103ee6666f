with

email_addresses as (

    select * from {{ ref('int_email_addresses_observed') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where
        identifier_type = 'email'
        and customer_id is not null
        and not is_junk

),

verdicts as (

    select * from {{ ref('int_email_verdicts') }}

),

suppressions as (

    select * from {{ ref('int_email_suppressions') }}
    where suppression_reason = 'hard_bounce'

),

opt_outs as (

    select * from {{ ref('int_mailbox_opt_outs') }}
    where purpose = 'marketing'

),

priorities as (

    select * from {{ ref('survivorship_priorities') }}
    where attribute_group = 'email'

),

candidates as (

    select
        identity_map.customer_id,
        identity_map.identifier_key,
        identity_map.identifier_value as email,
        email_addresses.email_as_given,
        email_addresses.source_name,
        email_addresses.last_seen_at,
        priorities.priority,
        row_number() over (
            partition by identity_map.customer_id, identity_map.identifier_key
            order by priorities.priority asc, email_addresses.last_seen_at desc, email_addresses.email_as_given asc
        ) as spelling_rank
    from identity_map
    inner join email_addresses
        on identity_map.identifier_key = email_addresses.identifier_key
    inner join priorities
        on email_addresses.source_name = priorities.source_name

),

final as (

    select
        candidates.customer_id,
        candidates.identifier_key,
        candidates.email,
        candidates.email_as_given,
        candidates.source_name,
        candidates.last_seen_at,
        verdicts.verdict,
        verdicts.checked_at as verdict_checked_at,
        suppressions.identifier_key is not null as is_hard_bounced,
        opt_outs.identifier_key is not null as is_opted_out,
        row_number() over (
            partition by candidates.customer_id
            order by
                case when verdicts.verdict = 'invalid' or suppressions.identifier_key is not null then 1 else 0 end,
                case when opt_outs.identifier_key is not null then 1 else 0 end,
                candidates.priority asc,
                candidates.last_seen_at desc,
                candidates.email asc
        ) as email_rank
    from candidates
    left join verdicts
        on candidates.identifier_key = verdicts.identifier_key
    left join suppressions
        on candidates.identifier_key = suppressions.identifier_key
    left join opt_outs
        on candidates.identifier_key = opt_outs.identifier_key
    where candidates.spelling_rank = 1

)

select * from final
