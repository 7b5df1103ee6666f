with

identity_match_pairs as (

    select * from {{ source('ml', 'identity_match_pairs') }}

),

final as (

    select
        model_name,
        identifier_key,
        linked_key,
        as_of_date,
        match_probability,
        match_weight,
        decision,
        evidence,
        model_version,
        scored_at
    from identity_match_pairs

)

select * from final
