with

campaigns as (

    select * from {{ ref('stg_esp__campaigns') }}
    where is_current

),

messages as (

    select * from {{ ref('int_email_messages') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

message_counts as (

    select
        campaign_id,
        count(*) as sent_count,
        count(delivered_at) as delivered_count,
        min(sent_at) as first_sent_at,
        max(sent_at) as last_sent_at
    from messages
    group by campaign_id

),

final as (

    select
        campaigns.campaign_id,
        campaigns.name as campaign_name,
        campaigns.campaign_type,
        campaigns.category,
        campaigns.offer_code,
        {{ in_reporting_currency('campaigns.cost', 'exchange_rates.rate') }} as cost,
        campaigns.scheduled_at,
        coalesce(message_counts.sent_count, 0) as sent_count,
        coalesce(message_counts.delivered_count, 0) as delivered_count,
        message_counts.first_sent_at,
        message_counts.last_sent_at
    from campaigns
    left join message_counts
        on campaigns.campaign_id = message_counts.campaign_id
    left join exchange_rates
        on
            campaigns.currency = exchange_rates.currency
            and cast(campaigns.scheduled_at as date) >= exchange_rates.valid_from
            and (exchange_rates.valid_to is null or cast(campaigns.scheduled_at as date) < exchange_rates.valid_to)

)

select * from final
