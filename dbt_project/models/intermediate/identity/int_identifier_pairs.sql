with

crm_pairs as (

    select * from {{ ref('int_crm_identifier_pairs') }}

),

shop_pairs as (

    select * from {{ ref('int_shop_identifier_pairs') }}

),

web_pairs as (

    select * from {{ ref('int_web_identifier_pairs') }}

),

pairs as (

    select * from crm_pairs

    union all

    select * from shop_pairs

    union all

    select * from web_pairs

),

final as (

    select
        rule_name,
        {{ identifier_hash("identifier_type || '|' || identifier_value") }} as identifier_key,
        identifier_type,
        identifier_value,
        {{ identifier_hash("linked_type || '|' || linked_value") }} as linked_key,
        linked_type,
        linked_value,
        first_seen_at,
        first_linked_at,
        last_seen_at,
        first_loaded_at
    from pairs

)

select * from final
