with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

messages as (

    select
        customer_id,
        cast(delivered_at as date) as delivered_date,
        cast(first_click_at as date) as clicked_date,
        cast(unsubscribed_at as date) as unsubscribed_date
    from {{ ref('fct_email_messages') }}
    where
        customer_id is not null
        and delivered_at is not null

),

-- A reaction counts to the message that it answers, and only within the same 30 days: nothing changes once they are over.
messages_after as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        case
            when {{ days_between('customer_dates.as_of_date', 'messages.clicked_date') }} < 30 then 1
            else 0
        end as is_clicked,
        case
            when {{ days_between('customer_dates.as_of_date', 'messages.unsubscribed_date') }} < 30 then 1
            else 0
        end as is_unsubscribed
    from customer_dates
    inner join messages
        on
            customer_dates.current_customer_id = messages.customer_id
            and customer_dates.as_of_date <= messages.delivered_date
    where {{ days_between('customer_dates.as_of_date', 'messages.delivered_date') }} < 30

),

reactions as (

    select
        customer_id,
        as_of_date,
        count(*) as delivered_count,
        max(is_clicked) = 1 as has_email_click_30d,
        max(is_unsubscribed) = 1 as has_email_unsubscribe_30d
    from messages_after
    group by
        customer_id,
        as_of_date

),

final as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        cast(coalesce(reactions.delivered_count, 0) as bigint) as email_delivered_count_next_30d,
        reactions.has_email_click_30d,
        reactions.has_email_unsubscribe_30d,
        {{ days_between('customer_dates.as_of_date', 'clock.as_of_date') }} >= 30 as is_mature_30d
    from customer_dates
    cross join clock
    left join reactions
        on
            customer_dates.customer_id = reactions.customer_id
            and customer_dates.as_of_date = reactions.as_of_date

)

select * from final
