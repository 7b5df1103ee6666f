with

decisions as (

    select * from {{ ref('int_consent_decisions') }}
    where customer_id is not null

),

ranked_decisions as (

    select
        *,
        row_number() over (
            partition by customer_id, channel, purpose
            order by occurred_at desc, case when status = 'withdrawn' then 0 else 1 end, consent_event_id desc
        ) as decision_rank,
        max(case when status = 'granted' then occurred_at end) over (
            partition by customer_id, channel, purpose
        ) as last_granted_at
    from decisions

),

final as (

    select
        customer_id,
        channel,
        purpose,
        occurred_at as decided_at,
        last_granted_at,
        status = 'granted' as has_consent
    from ranked_decisions
    where decision_rank = 1

)

select * from final
