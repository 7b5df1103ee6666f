with

match_pairs as (

    select * from {{ ref('stg_ml__identity_match_pairs') }}

),

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}
    where identity_stage = 3

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

final as (

    select
        match_pairs.identifier_key,
        match_pairs.linked_key,
        identity_map.identifier_type,
        identity_map.identifier_value,
        linked_map.identifier_type as linked_type,
        linked_map.identifier_value as linked_value,
        identity_map.customer_id,
        linked_map.customer_id as linked_customer_id,
        match_pairs.match_probability,
        match_pairs.match_weight,
        match_pairs.evidence,
        match_pairs.model_version,
        match_pairs.as_of_date,
        refused_links.limited_type,
        refused_links.override_id,
        case match_pairs.decision
            when 'link' then coalesce(refused_links.refused_reason, 'sure')
            when 'review' then 'uncertain'
            else 'conflict'
        end as review_reason
    from match_pairs
    inner join identity_map
        on match_pairs.identifier_key = identity_map.identifier_key
    inner join identity_map as linked_map
        on match_pairs.linked_key = linked_map.identifier_key
    left join refused_links
        on
            match_pairs.identifier_key = refused_links.identifier_key
            and match_pairs.linked_key = refused_links.linked_key
    where identity_map.component_key <> linked_map.component_key

)

select * from final
