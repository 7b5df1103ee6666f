-- Candidates = recipients + those left out, each for exactly one first reason; and the recipients are what the payload holds.
with

exclusions as (

    select
        audience_name,
        max(candidate_count) as candidate_count,
        max(recipient_count) as recipient_count,
        sum(first_reason_count) as excluded_count
    from {{ ref('audience_exclusions') }}
    group by audience_name

),

payload as (

    select
        audience_name,
        count(*) as payload_count
    from {{ ref('sync_file_drop__audience_members') }}
    group by audience_name

),

final as (

    select
        exclusions.audience_name,
        exclusions.candidate_count,
        exclusions.recipient_count,
        exclusions.excluded_count,
        coalesce(payload.payload_count, 0) as payload_count
    from exclusions
    left join payload
        on exclusions.audience_name = payload.audience_name

)

select * from final
where
    candidate_count <> recipient_count + excluded_count
    or recipient_count <> payload_count
