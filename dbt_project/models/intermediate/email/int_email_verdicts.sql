with

email_verdicts as (

    select * from {{ ref('stg_crm__email_verdicts') }}
    where email_as_given is not null

),

clock as (

    select * from {{ ref('int_clock') }}

),

ranked_verdicts as (

    select
        email_verdicts.email,
        email_verdicts.verdict,
        email_verdicts.checked_at,
        row_number() over (
            partition by email_verdicts.email
            order by email_verdicts.checked_at desc, email_verdicts.verdict_id desc
        ) as verdict_rank
    from email_verdicts
    cross join clock
    where email_verdicts.checked_at < clock.as_of_at

),

final as (

    select
        {{ identifier_key('email', 'email') }} as identifier_key,
        email,
        verdict,
        checked_at
    from ranked_verdicts
    where verdict_rank = 1

)

select * from final
