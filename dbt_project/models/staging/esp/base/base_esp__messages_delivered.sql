{{ config(materialized='view') }}

with

received as (

    select * from {{ source('esp', 'messages') }}

),

final as (

    select
        message_id,
        campaign_id,
        variant,
        email,
        sent_at,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number,
        _raw,
        case
            when _malformed is not null then _malformed
            when message_id is null or message_id = '' then 'message_id is missing'
            when email is null or email = '' then 'email is missing'
            when sent_at is null then 'sent_at is missing'
            when sent_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'sent_at is implausibly early'
            when sent_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'sent_at is later than the delivery'
        end as _reject_reason
    from received

)

select * from final
