{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when message_id is null or message_id = '' then 'message_id is missing'
        when email is null or email = '' then 'email is missing'
        when sent_at is null then 'sent_at is missing'
        when sent_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'sent_at is implausibly early'
        when sent_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'sent_at is later than the delivery'
    end
{% endset %}

with

received as (

    select * from {{ source('esp', 'messages') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('esp', 'messages') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ reject_reason }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries(
        'esp', 'messages',
        delivery_key=['message_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.message_id,
        checked.campaign_id,
        checked.variant,
        checked.email,
        checked.sent_at,
        checked._loaded_at,
        checked._file_id,
        checked._file_path,
        checked._row_number,
        case
            when checked._reject_reason is not null then 'quarantined'
            when repeated._file_id is not null then 'duplicate'
            else 'accepted'
        end as _row_status,
        checked._reject_reason,
        case
            when checked._reject_reason is not null then coalesce(checked._raw, {{ row_as_json('checked') }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
