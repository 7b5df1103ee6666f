with

received as (

    select * from {{ source('crm', 'contacts') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('crm', 'contacts') }}
    {% endif %}

),

checked as (

    select
        *,
        {{ contract_breach('crm', 'contacts') }} as _reject_reason
    from received

),

repeated as (

    {{ repeated_deliveries('crm', 'contacts') }}

),

final as (

    select
        checked.contact_id,
        checked.email,
        checked.phone,
        checked.first_name,
        checked.last_name,
        checked.birth_date,
        checked.gender,
        checked.language,
        checked.time_zone,
        checked.street,
        checked.city,
        checked.postcode,
        checked.region,
        checked.country,
        checked.acquisition_source,
        checked.created_at,
        checked.updated_at,
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
                then coalesce(checked._raw, {{ row_as_json('checked', source_contract('crm', 'contacts').columns) }})
        end as _raw
    from checked
    left join repeated
        on
            checked._file_id = repeated._file_id
            and checked._row_number = repeated._row_number

)

select * from final
