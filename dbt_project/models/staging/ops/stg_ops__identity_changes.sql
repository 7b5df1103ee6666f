with

identity_changes as (

    select * from {{ source('ops', 'identity_changes') }}

),

final as (

    select
        change_type,
        before_customer_id,
        after_customer_id,
        cause,
        override_id,
        changed_at
    from identity_changes

)

select * from final
