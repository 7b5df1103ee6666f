with

identity_members as (

    select * from {{ source('ops', 'identity_members') }}

),

final as (

    select
        identifier_hash,
        customer_id,
        is_anchor,
        changed_at
    from identity_members

)

select * from final
