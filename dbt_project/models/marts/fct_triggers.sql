with

entries as (

    select * from {{ ref('int_trigger_entries') }}

),

policies as (

    select * from {{ ref('trigger_policies') }}

),

final as (

    select
        substr(
            {{ sha256_hex(
                "entries.trigger_name || '|' || entries.customer_id || '|' || entries.subject_id || '|' || cast("
                ~ epoch_micros('entries.entered_at') ~ " as string)"
            ) }},
            1,
            24
        ) as trigger_firing_id,
        entries.trigger_name,
        policies.condition,
        entries.customer_id,
        entries.subject_type,
        entries.subject_id,
        policies.priority,
        entries.entry_number,
        entries.condition_started_at,
        entries.entered_at,
        entries.exited_at,
        entries.exit_reason,
        case when entries.exited_at is null then entries.expires_at end as expires_at,
        entries.exited_at is null as is_active
    from entries
    inner join policies
        on entries.trigger_name = policies.trigger_name

)

select * from final
