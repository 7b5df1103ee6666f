with

messages as (

    select
        message_id,
        campaign_id,
        delivered_at,
        first_human_open_at,
        first_click_at,
        unsubscribed_at,
        complained_at,
        coalesce(variant, 'none') as variant
    from {{ ref('fct_email_messages') }}
    where campaign_id is not null

),

attributions as (

    select
        order_attributions.campaign_id,
        order_attributions.credited_share,
        order_attributions.credited_net_revenue,
        coalesce(order_attributions.variant, 'none') as variant
    from {{ ref('fct_order_attributions') }} as order_attributions
    inner join {{ ref('attribution_models') }} as attribution_models
        on order_attributions.attribution_model = attribution_models.attribution_model
    where attribution_models.is_default

),

attributed as (

    select
        campaign_id,
        variant,
        sum(credited_share) as attributed_order_count,
        sum(credited_net_revenue) as attributed_net_revenue
    from attributions
    group by
        campaign_id,
        variant

),

message_counts as (

    select
        campaign_id,
        variant,
        count(*) as sent_count,
        count(delivered_at) as delivered_count,
        count(first_human_open_at) as human_opened_count,
        count(first_click_at) as clicked_count,
        count(unsubscribed_at) as unsubscribed_count,
        count(complained_at) as complained_count
    from messages
    group by
        campaign_id,
        variant

),

final as (

    select
        message_counts.campaign_id,
        message_counts.variant,
        campaigns.campaign_name,
        campaigns.campaign_type,
        message_counts.sent_count,
        message_counts.delivered_count,
        message_counts.human_opened_count,
        message_counts.clicked_count,
        message_counts.unsubscribed_count,
        message_counts.complained_count,
        cast(coalesce(attributed.attributed_net_revenue, 0) as decimal(18, 2)) as attributed_net_revenue,
        cast(coalesce(attributed.attributed_order_count, 0) as decimal(18, 6)) as attributed_order_count,
        {{ rounded('cast(message_counts.human_opened_count as double) / nullif(message_counts.delivered_count, 0)', 6) }}
            as human_open_rate,
        {{ rounded('cast(message_counts.clicked_count as double) / nullif(message_counts.delivered_count, 0)', 6) }}
            as click_rate,
        {{ rounded('cast(coalesce(attributed.attributed_order_count, 0) as double) / nullif(message_counts.delivered_count, 0)', 6) }}
            as conversion_rate
    from message_counts
    left join {{ ref('dim_campaigns') }} as campaigns
        on message_counts.campaign_id = campaigns.campaign_id
    left join attributed
        on
            message_counts.campaign_id = attributed.campaign_id
            and message_counts.variant = attributed.variant

)

select * from final
