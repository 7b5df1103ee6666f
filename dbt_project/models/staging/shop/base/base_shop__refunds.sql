{% set reject_reason %}
    case
        when _malformed is not null then _malformed
        when refund_id is null or refund_id = '' then 'refund_id is missing'
        when amount is null then 'amount is missing'
        when currency is null or currency = '' then 'currency is missing'
        when not {{ matches_pattern('currency', '^[A-Za-z]{3}$') }} then 'currency is malformed'
        -- ISO 4217 has codes that say "none" and "for testing"
        when upper(currency) in ('XXX', 'XTS') then 'currency is a placeholder'
        when refunded_at is null then 'refunded_at is missing'
        when refunded_at < cast('{{ var("earliest_plausible_at") }}' as timestamp) then 'refunded_at is implausibly early'
        when refunded_at > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
            then 'refunded_at is later than the delivery'
    end
{% endset %}

with

received as (

    select * from {{ source('shop', 'refunds') }}
    {% if is_incremental() %}
        where {{ landing_new_files_predicate('shop', 'refunds') }}
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
        'shop', 'refunds',
        delivery_key=['refund_id'],
        reject_reason=reject_reason,
    ) }}

),

final as (

    select
        checked.refund_id,
        checked.order_id,
        checked.order_item_id,
        checked.amount,
        checked.currency,
        checked.reason,
        checked.refunded_at,
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
