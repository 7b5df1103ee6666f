{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when verdict_id is null or verdict_id = '' then 'verdict_id is missing'
        when email is null or email = '' then 'email is missing'
        when verdict is null or verdict = '' then 'verdict is missing'
        when lower(trim(verdict)) not in ('valid', 'risky', 'invalid') then 'verdict is not an accepted value'
        when checked_at is null then 'checked_at is missing'
        when checked_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'checked_at is implausibly early'
        when checked_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'checked_at is later than the delivery'
    end
{% endset %}

with

received as (

    select * from {{ source('crm', 'email_verdicts') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('crm', 'email_verdicts') }}
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
        'crm', 'email_verdicts',
        delivery_key=['verdict_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.verdict_id,
        checked.email,
        checked.verdict,
        checked.checked_at,
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
