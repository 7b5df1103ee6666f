with

identity_runs as (

    select * from {{ source('ops', 'identity_runs') }}

),

final as (

    select
        as_of_at,
        customer_count
    from identity_runs

)

select * from final
