with

accepted as (

    select * from {{ ref('base_esp__events') }}
    where _row_status = 'accepted'

),

addresses as (

    select * from {{ ref('stg_esp__addresses') }}

),

final as (

    select
        accepted.event_id,
        accepted.message_id,
        addresses.email,
        addresses.email_as_given,
        addresses.email_key,
        lower(trim(accepted.event_type)) as event_type,
        accepted.event_at,
        nullif(accepted.url, '') as url,
        nullif(accepted.user_agent, '') as user_agent,
        nullif(lower(accepted.ip_class), '') as ip_class,
        cast(accepted.event_at as date) as event_date,
        cast(accepted._loaded_at as date) as load_date,
        {{ is_too_late('accepted.event_at', 'accepted') }} as is_too_late,
        accepted._loaded_at,
        accepted._file_id,
        accepted._file_path,
        accepted._row_number
    from accepted
    left join addresses
        on accepted.email = addresses.email_spelling

)

select * from final
