with

accepted as (

    select * from {{ ref('base_esp__messages') }}
    where _row_status = 'accepted'

),

addresses as (

    select * from {{ ref('stg_esp__addresses') }}

),

final as (

    select
        accepted.message_id,
        addresses.email,
        addresses.email_as_given,
        addresses.email_key,
        accepted.sent_at,
        accepted._loaded_at,
        accepted._file_id,
        accepted._file_path,
        nullif(accepted.campaign_id, '') as campaign_id,
        nullif(lower(trim(accepted.variant)), '') as variant
    from accepted
    left join addresses
        on accepted.email = addresses.email_spelling

)

select * from final
