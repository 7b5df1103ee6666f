with

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where
        identifier_type = 'phone'
        and customer_id is not null
        and not is_junk

),

identifier_pairs as (

    select * from {{ ref('int_identifier_pairs') }}
    where linked_type = 'phone'

),

priorities as (

    select * from {{ ref('survivorship_priorities') }}
    where attribute_group = 'phone'

),

sightings as (

    select
        linked_key as identifier_key,
        case rule_name
            when 'contact_phone' then 'crm_contact'
            when 'account_phone' then 'shop_account'
            else 'order'
        end as source_name,
        last_seen_at
    from identifier_pairs

    union all

    select
        identifier_key,
        'order' as source_name,
        last_seen_at
    from identifier_pairs
    where identifier_type = 'phone'

),

final as (

    select
        identity_map.customer_id,
        identity_map.identifier_value as phone,
        sightings.source_name,
        sightings.last_seen_at,
        row_number() over (
            partition by identity_map.customer_id
            order by priorities.priority asc, sightings.last_seen_at desc, identity_map.identifier_value asc, sightings.source_name asc
        ) as phone_rank
    from identity_map
    inner join sightings
        on identity_map.identifier_key = sightings.identifier_key
    inner join priorities
        on sightings.source_name = priorities.source_name

)

select * from final
