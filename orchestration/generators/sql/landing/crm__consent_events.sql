with

decisions as (

    select
        people.*,
        decisions.decision,
        child_key(people.k, 340 + decisions.decision) as kv,
        case decisions.decision when 3 then 'sms' when 4 then 'push' else 'email' end as channel,
        case
            when decisions.decision in (2, 6) then 'newsletter'
            when decisions.decision = 7 then 'transactional'
            else 'marketing'
        end as purpose,
        case
            when decisions.decision in (5, 6) then 'withdrawn'
            when decisions.decision = 1 and not people.has_email_consent then 'withdrawn'
            else 'granted'
        end as status,
        case decisions.decision
            when 5 then people.withdrawal_day
            when 6 then mailable.stop_day + 1
            when 7 then people.join_day
            else people.consent_day
        end as decision_day
    from people
    left join mailable on people.p = mailable.p
    cross join range(1, 8) as decisions (decision)
    where
        people.kind <> 3
        and case decisions.decision
            when 1 then people.has_email_consent or u01(people.k, 341) < 0.7
            when 2 then people.has_email_consent and u01(people.k, 342) < 0.75
            when 3 then u01(people.k, 343) < 0.22
            when 4 then u01(people.k, 344) < 0.18
            when 5 then people.has_email_consent and people.withdrawal_day is not null
            when 6 then mailable.stop_reason = 'unsubscribe' and u01(people.k, 345) < 0.7
            else u01(people.k, 346) < 0.1
        end

)

select
    'con_' || hex40(p::bigint * 16 + decision) as consent_event_id,
    case when kind in (0, 1) and u01(kv, 1) < 0.95 then 'C' || hex40(p) end as contact_id,
    case when kind = 2 or u01(kv, 1) >= 0.95 or u01(kv, 2) < 0.5 then as_typed(email, kv) end as email,
    channel,
    purpose,
    case when u01(kv, 3) < 0.002 then 'maybe' else status end as status,
    case decision
        when 5 then 'preference_centre'
        when 6 then 'unsubscribe_link'
        else pick_from(['checkout', 'registration', 'newsletter_form', 'store', 'import'], kv, 4)
    end as source,
    day_time(decision_day, pick(kv, 5, 86000)) as occurred_at,
    greatest(day_time(decision_day, pick(kv, 5, 86000)), getvariable('start_date')::timestamp + interval 1 second) as available_at,
    case when u01(kv, 6) < 0.004 then 26 end as redelivered_after_hours
from decisions
where decision_day < getvariable('to_day') and greatest(decision_day, 0) >= getvariable('window_first_day') - 2
