{# A view: at a million customers it has tens of millions of rows, and who reads one customer's filters every branch by it. #}
{{ config(materialized='view') }}

with

touches as (

    select
        'order_placed' as touch_type,
        10 as touch_rank,
        customer_id,
        ordered_at as touched_at,
        'fct_orders' as reference_model,
        order_id as reference_id,
        'Ordered ' || cast(unit_count as string) || ' units' || coalesce(' for ' || cast(gross_revenue - discount_amount as string), '')
        || coalesce(' (' || channel || ')', '') as description
    from {{ ref('fct_orders') }}
    where not is_credit_note

    union all

    select
        'order_cancelled' as touch_type,
        11 as touch_rank,
        customer_id,
        cancelled_at as touched_at,
        'fct_orders' as reference_model,
        order_id as reference_id,
        'The order was cancelled' as description
    from {{ ref('fct_orders') }}
    where
        is_cancelled
        and not is_credit_note

    union all

    select
        'order_delivered' as touch_type,
        12 as touch_rank,
        customer_id,
        delivered_at as touched_at,
        'fct_orders' as reference_model,
        order_id as reference_id,
        'The order was delivered' as description
    from {{ ref('fct_orders') }}

    union all

    select
        'order_refunded' as touch_type,
        13 as touch_rank,
        customer_id,
        refunded_at as touched_at,
        'fct_refunds' as reference_model,
        refund_id as reference_id,
        'Got money back' || coalesce(': ' || cast(refund_amount as string), '') || coalesce(' (' || reason || ')', '') as description
    from {{ ref('fct_refunds') }}

    union all

    select
        'site_visited' as touch_type,
        20 as touch_rank,
        customer_id,
        session_started_at as touched_at,
        'fct_sessions' as reference_model,
        session_id as reference_id,
        'Visited the site: ' || cast(page_view_count as string) || ' pages, ' || cast(product_view_count as string) || ' products, '
        || cast(add_to_cart_count as string) || ' put in the cart' as description
    from {{ ref('fct_sessions') }}
    where not is_bot

    union all

    select
        'message_sent' as touch_type,
        30 as touch_rank,
        messages.customer_id,
        messages.sent_at as touched_at,
        'fct_email_messages' as reference_model,
        messages.message_id as reference_id,
        'Was sent an e-mail' || coalesce(': ' || campaigns.campaign_name, '') as description
    from {{ ref('fct_email_messages') }} as messages
    left join {{ ref('dim_campaigns') }} as campaigns
        on messages.campaign_id = campaigns.campaign_id

    union all

    select
        'message_opened' as touch_type,
        31 as touch_rank,
        customer_id,
        first_human_open_at as touched_at,
        'fct_email_messages' as reference_model,
        message_id as reference_id,
        'Opened the e-mail for the first time' as description
    from {{ ref('fct_email_messages') }}

    union all

    select
        'message_clicked' as touch_type,
        32 as touch_rank,
        customer_id,
        first_click_at as touched_at,
        'fct_email_messages' as reference_model,
        message_id as reference_id,
        'Clicked in the e-mail for the first time' as description
    from {{ ref('fct_email_messages') }}

    union all

    select
        'message_bounced' as touch_type,
        33 as touch_rank,
        customer_id,
        hard_bounced_at as touched_at,
        'fct_email_messages' as reference_model,
        message_id as reference_id,
        'The e-mail could not be delivered for good' as description
    from {{ ref('fct_email_messages') }}

    union all

    select
        'message_complained' as touch_type,
        34 as touch_rank,
        customer_id,
        complained_at as touched_at,
        'fct_email_messages' as reference_model,
        message_id as reference_id,
        'Marked the e-mail as spam' as description
    from {{ ref('fct_email_messages') }}

    union all

    select
        'message_unsubscribed' as touch_type,
        35 as touch_rank,
        customer_id,
        unsubscribed_at as touched_at,
        'fct_email_messages' as reference_model,
        message_id as reference_id,
        'Unsubscribed with the e-mail' as description
    from {{ ref('fct_email_messages') }}

    union all

    select
        'consent_' || status as touch_type,
        40 as touch_rank,
        customer_id,
        occurred_at as touched_at,
        'int_consent_decisions' as reference_model,
        consent_event_id as reference_id,
        case when status = 'granted' then 'Agreed to ' else 'Withdrew the consent to ' end || purpose || ' by ' || channel as description
    from {{ ref('int_consent_decisions') }}

    union all

    select
        'trigger_entered' as touch_type,
        50 as touch_rank,
        customer_id,
        entered_at as touched_at,
        'fct_triggers' as reference_model,
        trigger_firing_id as reference_id,
        'Entered the trigger ' || trigger_name as description
    from {{ ref('fct_triggers') }}

    union all

    select
        'trigger_left' as touch_type,
        51 as touch_rank,
        customer_id,
        exited_at as touched_at,
        'fct_triggers' as reference_model,
        trigger_firing_id as reference_id,
        'Left the trigger ' || trigger_name || ': ' || exit_reason as description
    from {{ ref('fct_triggers') }}

    union all

    select
        'segment_entered' as touch_type,
        60 as touch_rank,
        customer_id,
        entered_at as touched_at,
        'segment_memberships' as reference_model,
        segment_name as reference_id,
        'Entered the segment ' || segment_name as description
    from {{ ref('segment_memberships') }}

    union all

    select
        'segment_left' as touch_type,
        61 as touch_rank,
        customer_id,
        left_at as touched_at,
        'segment_memberships' as reference_model,
        segment_name as reference_id,
        'Left the segment ' || segment_name as description
    from {{ ref('segment_memberships') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

-- Triggers that run out and segments are decided at the clock; everything else that is known happened before it.
final as (

    select
        touches.customer_id,
        touches.touched_at,
        touches.touch_rank,
        touches.touch_type,
        touches.reference_model,
        touches.reference_id,
        touches.description
    from touches
    cross join clock
    where
        touches.customer_id is not null
        and touches.touched_at >= {{ dbt.dateadd('day', -var('timeline_days'), 'clock.as_of_at') }}
        and (touches.touched_at < clock.as_of_at or (touches.touched_at = clock.as_of_at and touches.touch_rank >= 50))

)

select * from final
