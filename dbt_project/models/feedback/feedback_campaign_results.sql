with

messages as (

    select
        message_id,
        campaign_id,
        customer_id,
        sent_at,
        delivered_at,
        first_human_open_at,
        first_click_at,
        unsubscribed_at,
        complained_at,
        coalesce(variant, 'none') as variant
    from {{ ref('fct_email_messages') }}
    where campaign_id is not null

),

orders as (

    select
        order_id,
        customer_id,
        ordered_at,
        net_revenue
    from {{ ref('fct_orders') }}
    where
        customer_id is not null
        and not is_cancelled

),

touches as (

    select
        message_id,
        campaign_id,
        variant,
        customer_id,
        first_human_open_at as touched_at
    from messages
    where first_human_open_at is not null
    union all
    select
        message_id,
        campaign_id,
        variant,
        customer_id,
        first_click_at as touched_at
    from messages
    where first_click_at is not null

),

touched_orders as (

    select
        touches.campaign_id,
        touches.variant,
        orders.net_revenue,
        row_number() over (
            partition by orders.order_id
            order by touches.touched_at desc, touches.message_id asc
        ) as touch_rank
    from touches
    inner join orders
        on
            touches.customer_id = orders.customer_id
            and touches.touched_at <= orders.ordered_at
            and {{ dbt.dateadd('day', var('attribution_window_days'), 'touches.touched_at') }} > orders.ordered_at

),

attributed as (

    select
        campaign_id,
        variant,
        count(*) as attributed_order_count,
        sum(net_revenue) as attributed_net_revenue
    from touched_orders
    where touch_rank = 1
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
        coalesce(attributed.attributed_order_count, 0) as attributed_order_count,
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
