with

suppressions as (

    select
        *,
        {{ identifier_key('email', 'email') }} as email_key
    from {{ ref('stg_esp__suppressions') }}
    where is_current and email_as_given is not null

),

email_events as (

    select * from {{ ref('int_email_events_classified') }}
    where event_type in ('hard_bounce', 'complaint', 'unsubscribe') and email_key is not null

),

suppression_rules as (

    select * from {{ ref('suppression_rules') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

-- What the provider took off its list counts no more, whatever event once put it there.
lifts as (

    select
        suppressions.email_key,
        suppressions.reason,
        max(suppressions.lifted_at) as lifted_at
    from suppressions
    cross join clock
    where suppressions.lifted_at < clock.as_of_at
    group by
        suppressions.email_key,
        suppressions.reason

),

signals as (

    select
        suppressions.email_key,
        coalesce(suppression_rules.suppression_reason, 'manual') as suppression_reason,
        suppressions.suppressed_at
    from suppressions
    cross join clock
    left join suppression_rules
        on suppressions.reason = suppression_rules.suppression_reason
    where
        suppressions.suppressed_at < clock.as_of_at
        and (suppressions.lifted_at is null or suppressions.lifted_at >= clock.as_of_at)

    union all

    select
        email_events.email_key,
        email_events.event_type as suppression_reason,
        email_events.event_at as suppressed_at
    from email_events
    cross join clock
    left join lifts
        on
            email_events.email_key = lifts.email_key
            and email_events.event_type = lifts.reason
            and email_events.event_at <= lifts.lifted_at
    where
        email_events.event_at < clock.as_of_at
        and lifts.email_key is null

),

final as (

    select
        signals.email_key as identifier_key,
        signals.suppression_reason,
        suppression_rules.is_person_wide,
        suppression_rules.is_lifted_by_later_consent,
        suppression_rules.priority,
        max(signals.suppressed_at) as suppressed_at
    from signals
    inner join suppression_rules
        on signals.suppression_reason = suppression_rules.suppression_reason
    group by
        signals.email_key,
        signals.suppression_reason,
        suppression_rules.is_person_wide,
        suppression_rules.is_lifted_by_later_consent,
        suppression_rules.priority

)

select * from final
