{{ config(materialized='view') }}

with

received as (

    select * from {{ source('esp', 'events') }}

),

final as (

    select
        event_id,
        message_id,
        email,
        event_type,
        event_at,
        url,
        user_agent,
        ip_class,
        _loaded_at,
        _file_id,
        _file_path,
        _row_number,
        _raw,
        case
            when _malformed is not null then _malformed
            when event_id is null or event_id = '' then 'event_id is missing'
            when message_id is null or message_id = '' then 'message_id is missing'
            when event_type is null or event_type = '' then 'event_type is missing'
            -- two lists: a longer one becomes a join, which is made even where nobody reads the reason
            when
                lower(trim(event_type)) not in ('delivered', 'open', 'click', 'unsubscribe')
                and lower(trim(event_type)) not in ('hard_bounce', 'soft_bounce', 'complaint')
                then 'event_type is not an accepted value'
            when event_at is null then 'event_at is missing'
            when event_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'event_at is implausibly early'
            when event_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then 'event_at is later than the delivery'
        end as _reject_reason
    from received

)

select * from final
