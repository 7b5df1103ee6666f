{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when consent_event_id is null or consent_event_id = '' then 'consent_event_id is missing'
        when channel is null or channel = '' then 'channel is missing'
        when lower(trim(channel)) not in ('email', 'sms', 'push', 'phone') then 'channel is not an accepted value'
        when purpose is null or purpose = '' then 'purpose is missing'
        when
            lower(trim(purpose)) not in (
                'marketing',
                'transactional',
                'newsletter',
                'profiling'
            )
            then 'purpose is not an accepted value'
        when status is null or status = '' then 'status is missing'
        when lower(trim(status)) not in ('granted', 'withdrawn') then 'status is not an accepted value'
        when occurred_at is null then 'occurred_at is missing'
        when occurred_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'occurred_at is implausibly early'
        when occurred_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'occurred_at is later than the delivery'
    end
{% endset %}

with

received as (

    select * from {{ source('crm', 'consent_events') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('crm', 'consent_events') }}
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
        'crm', 'consent_events',
        delivery_key=['consent_event_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.consent_event_id,
        checked.contact_id,
        checked.email,
        checked.channel,
        checked.purpose,
        checked.status,
        checked.source,
        checked.occurred_at,
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
