{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when identify_id is null or identify_id = '' then 'identify_id is missing'
        when anonymous_id is null or anonymous_id = '' then 'anonymous_id is missing'
        when identified_at is null then 'identified_at is missing'
        when identified_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'identified_at is implausibly early'
        when identified_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'identified_at is later than the delivery'
    end
{% endset %}

with

received as (

    select * from {{ source('web', 'identifies') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('web', 'identifies') }}
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
        'web', 'identifies',
        delivery_key=['identify_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.identify_id,
        checked.anonymous_id,
        checked.user_id,
        checked.email,
        checked.identified_at,
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
