with

settings as (

    select * from {{ source('ops', 'settings') }}

),

final as (

    select
        setting_name,
        setting_value,
        created_at
    from settings

)

select * from final
