with

attribution_models as (

    select * from {{ ref('attribution_models') }}

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

-- A confirmation without a campaign does not sell what it confirms.
messages as (

    select * from {{ ref('fct_email_messages') }}
    where
        customer_id is not null
        and campaign_id is not null

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

-- A message counts once, with its last touch before the order: an open and its click are one story.
touching_messages as (

    select
        attribution_models.attribution_model,
        attribution_models.first_share,
        attribution_models.last_share,
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.net_revenue,
        touches.message_id,
        touches.campaign_id,
        touches.variant,
        max(touches.touched_at) as touched_at
    from orders
    inner join touches
        on
            orders.customer_id = touches.customer_id
            and orders.ordered_at >= touches.touched_at
    inner join attribution_models
        on {{ dbt.dateadd('minute', 'attribution_models.window_minutes', 'touches.touched_at') }} > orders.ordered_at
    group by
        attribution_models.attribution_model,
        attribution_models.first_share,
        attribution_models.last_share,
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.net_revenue,
        touches.message_id,
        touches.campaign_id,
        touches.variant

),

positions as (

    select
        *,
        row_number() over (
            partition by attribution_model, order_id
            order by touched_at asc, message_id desc
        ) as touch_position,
        count(*) over (
            partition by attribution_model, order_id
        ) as touch_count
    from touching_messages

),

-- The share of all messages up to and including this one.
running_shares as (

    select
        *,
        cast(
            case
                when touch_position = touch_count then 1
                when touch_count = 2 then {{ rounded('cast(first_share as double) / cast(first_share + last_share as double)', 6) }}
                else {{ rounded(
                    'cast(first_share as double)'
                    ~ ' + cast(1 - first_share - last_share as double) * (touch_position - 1) / (touch_count - 2)',
                    6
                ) }}
            end as decimal(18, 6)
        ) as share_up_to_here
    from positions

),

-- Differences of rounded totals add up to the order exactly.
differences as (

    select
        *,
        coalesce(
            lag(share_up_to_here) over (
                partition by attribution_model, order_id
                order by touch_position
            ),
            0
        ) as share_before
    from running_shares

),

final as (

    select
        attribution_model,
        order_id,
        message_id,
        customer_id,
        campaign_id,
        variant,
        ordered_at,
        touched_at,
        touch_position,
        touch_count,
        cast(share_up_to_here - share_before as decimal(9, 6)) as credited_share,
        cast(net_revenue * share_up_to_here as decimal(18, 2)) - cast(net_revenue * share_before as decimal(18, 2)) as credited_net_revenue
    from differences
    where share_up_to_here > share_before

)

select * from final
