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
        {{ contract_breach('crm', 'consent_events') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('crm', 'consent_events') }}

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
            when checked._reject_reason is not null
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('crm', 'consent_events').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
