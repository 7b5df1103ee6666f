with

customers as (

    select * from {{ ref('dim_customers') }}

),

features as (

    select * from {{ ref('feature_customers') }}
    where is_scoring_date

),

habits as (

    select * from {{ ref('feature_customer_habits') }}

),

profiles as (

    select * from {{ ref('segment_profiles') }}

),

segments as (

    select * from {{ ref('segment_customers') }}

),

scores as (

    select * from {{ ref('score_customers') }}

),

send_times as (

    select * from {{ ref('score_send_time') }}

),

send_time_policy as (

    select * from {{ ref('send_time_policy') }}

),

next_best_actions as (

    select * from {{ ref('score_next_best_action') }}

),

former_ids as (

    select
        customer_id,
        {{ joined_text('former_customer_id', ';', 'former_customer_id') }} as former_customer_ids
    from {{ ref('dim_customer_former_ids') }}
    group by customer_id

),

final as (

    select
        -- who it is
        customers.customer_id,
        former_ids.former_customer_ids,
        customers.email,
        customers.phone,
        customers.first_name,
        customers.last_name,
        customers.gender,
        cast(customers.age_years as bigint) as age_years,
        customers.language_code,
        customers.time_zone,
        customers.city,
        customers.postcode,
        customers.region_code,
        customers.country_code,
        customers.acquisition_source,
        customers.has_crm_contact,
        customers.has_shop_account,
        customers.is_guest_only,
        cast(customers.identifier_count as bigint) as identifier_count,
        cast(customers.profile_completeness as decimal(5, 4)) as profile_completeness,
        customers.is_profile_incomplete,
        customers.first_seen_at,
        customers.last_seen_at,
        cast(features.tenure_days as bigint) as tenure_days,

        -- may we write to them
        customers.is_email_valid,
        customers.has_email_marketing_consent,
        customers.has_newsletter_consent,
        customers.has_sms_marketing_consent,
        customers.has_push_marketing_consent,
        customers.is_email_suppressed,
        customers.email_suppression_reason,
        customers.is_email_mailable,
        customers.preferred_topics,
        customers.preferred_frequency,

        -- what is known about them
        customers.loyalty_tier,
        cast(customers.loyalty_points as bigint) as loyalty_points,
        customers.income_band,
        customers.interests,
        customers.lifestyle,
        customers.price_attitude,

        -- what they bought
        cast({{ dbt.dateadd('day', '-features.days_since_first_order', 'features.as_of_date') }} as date)
            as first_ordered_date,
        cast({{ dbt.dateadd('day', '-features.days_since_last_order', 'features.as_of_date') }} as date)
            as last_ordered_date,
        cast(features.days_since_last_order as bigint) as days_since_last_order,
        coalesce(features.order_count_lifetime, 0) as order_count_lifetime,
        coalesce(features.order_count_7d, 0) as order_count_7d,
        coalesce(features.order_count_30d, 0) as order_count_30d,
        coalesce(features.order_count_90d, 0) as order_count_90d,
        coalesce(features.order_count_365d, 0) as order_count_365d,
        cast(coalesce(features.net_revenue_lifetime, 0) as decimal(18, 2)) as net_revenue_lifetime,
        cast(coalesce(features.net_revenue_7d, 0) as decimal(18, 2)) as net_revenue_7d,
        cast(coalesce(features.net_revenue_30d, 0) as decimal(18, 2)) as net_revenue_30d,
        cast(coalesce(features.net_revenue_90d, 0) as decimal(18, 2)) as net_revenue_90d,
        cast(coalesce(features.net_revenue_365d, 0) as decimal(18, 2)) as net_revenue_365d,
        features.average_order_value_365d,
        features.average_days_between_orders,
        features.discount_share_365d,
        features.return_share_365d,
        features.top_category,
        features.top_category_share,

        -- what they did on the site
        cast(features.days_since_last_visit as bigint) as days_since_last_visit,
        coalesce(features.session_count_7d, 0) as session_count_7d,
        coalesce(features.session_count_30d, 0) as session_count_30d,
        coalesce(features.session_count_90d, 0) as session_count_90d,
        coalesce(features.session_count_365d, 0) as session_count_365d,
        coalesce(features.product_view_count_30d, 0) as product_view_count_30d,
        coalesce(features.product_view_count_365d, 0) as product_view_count_365d,
        habits.preferred_device_type,
        habits.preferred_local_hour,

        -- what they did with our mail
        cast(features.days_since_last_email_click as bigint) as days_since_last_email_click,
        coalesce(features.email_delivered_count_90d, 0) as email_delivered_count_90d,
        coalesce(features.email_human_open_count_7d, 0) as email_human_open_count_7d,
        coalesce(features.email_human_open_count_30d, 0) as email_human_open_count_30d,
        coalesce(features.email_human_open_count_90d, 0) as email_human_open_count_90d,
        coalesce(features.email_human_open_count_365d, 0) as email_human_open_count_365d,
        coalesce(features.email_click_count_7d, 0) as email_click_count_7d,
        coalesce(features.email_click_count_30d, 0) as email_click_count_30d,
        coalesce(features.email_click_count_90d, 0) as email_click_count_90d,
        coalesce(features.email_click_count_365d, 0) as email_click_count_365d,
        features.email_human_open_rate_90d,
        features.email_click_rate_90d,

        -- what we make of it
        profiles.lifecycle_stage,
        profiles.engagement_score,
        profiles.engagement_level,
        profiles.engagement_rhythm,
        profiles.preferred_category,
        profiles.rfm_cell,
        profiles.rfm_group,
        profiles.rfm_movement,
        segments.primary_segment,
        segments.segment_names,
        scores.cluster_name,
        scores.purchase_probability_30d,
        scores.churn_probability_90d,
        scores.churn_probability_own_rhythm,
        scores.churn_own_rhythm_horizon_days,
        scores.churn_own_rhythm_reason_code,
        scores.email_click_probability_30d,
        scores.email_unsubscribe_probability_30d,
        scores.probability_alive,
        scores.expected_orders_90d,
        scores.expected_value_365d,
        scores.expected_next_order_date,
        scores.value_tier,
        coalesce(send_times.send_local_hour, send_time_policy.fallback_hour) as send_local_hour,
        coalesce(send_times.hour_source, 'fallback') as send_hour_source,
        next_best_actions.best_action as next_best_action,
        next_best_actions.expected_value as next_best_action_value,
        next_best_actions.action_reason as next_best_action_reason,
        scores.recommended_product_id,
        scores.recommended_product_interest,
        scores.recommended_product_reason,
        scores.last_scored_at
    from customers
    left join features
        on customers.customer_id = features.customer_id
    left join habits
        on customers.customer_id = habits.customer_id
    left join profiles
        on customers.customer_id = profiles.customer_id
    left join segments
        on customers.customer_id = segments.customer_id
    left join scores
        on customers.customer_id = scores.customer_id
    left join send_times
        on customers.customer_id = send_times.customer_id
    left join next_best_actions
        on customers.customer_id = next_best_actions.customer_id
    left join former_ids
        on customers.customer_id = former_ids.customer_id
    cross join send_time_policy

)

select * from final
