{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
with

commerce as (

    {{ due_rows(ref('feature_customer_commerce')) }}

),

rhythms as (

    select * from {{ ref('feature_customer_rhythm') }}

),

web as (

    select * from {{ ref('feature_customer_web') }}

),

visits as (

    select * from {{ ref('feature_customer_visits') }}

),

email as (

    select * from {{ ref('feature_customer_email') }}

),

categories as (

    select * from {{ ref('feature_customer_categories') }}

),

final as (

    select
        commerce.customer_id,
        commerce.as_of_date,
        commerce.is_scoring_date,
        commerce.sample_bucket,
        commerce.tenure_days,
        commerce.days_since_last_order,
        commerce.days_since_first_order,
        cast(commerce.order_count_lifetime as bigint) as order_count_lifetime,
        cast(commerce.order_count_7d as bigint) as order_count_7d,
        cast(commerce.order_count_30d as bigint) as order_count_30d,
        cast(commerce.order_count_90d as bigint) as order_count_90d,
        cast(commerce.order_count_365d as bigint) as order_count_365d,
        cast(commerce.net_revenue_lifetime as decimal(18, 2)) as net_revenue_lifetime,
        cast(commerce.net_revenue_7d as decimal(18, 2)) as net_revenue_7d,
        cast(commerce.net_revenue_30d as decimal(18, 2)) as net_revenue_30d,
        cast(commerce.net_revenue_90d as decimal(18, 2)) as net_revenue_90d,
        cast(commerce.net_revenue_365d as decimal(18, 2)) as net_revenue_365d,
        commerce.average_order_value_365d,
        commerce.average_days_between_orders,
        rhythms.usual_days_between_orders,
        rhythms.days_between_orders_deviation,
        rhythms.overdue_ratio,
        rhythms.churn_horizon_days,
        commerce.order_share_30d_of_90d,
        commerce.average_unit_price_365d,
        commerce.discount_share_365d,
        commerce.return_share_365d,
        commerce.days_since_last_refund,
        cast(commerce.refund_count_365d as bigint) as refund_count_365d,
        cast(coalesce(categories.category_count_365d, 0) as bigint) as category_count_365d,
        categories.top_category,
        categories.top_category_share,
        categories.category_entropy,
        web.days_since_last_visit,
        web.days_since_last_add_to_cart,
        cast(coalesce(web.session_count_7d, 0) as bigint) as session_count_7d,
        cast(coalesce(web.session_count_30d, 0) as bigint) as session_count_30d,
        cast(coalesce(web.session_count_90d, 0) as bigint) as session_count_90d,
        cast(coalesce(web.session_count_365d, 0) as bigint) as session_count_365d,
        cast(coalesce(web.page_view_count_7d, 0) as bigint) as page_view_count_7d,
        cast(coalesce(web.page_view_count_30d, 0) as bigint) as page_view_count_30d,
        cast(coalesce(web.page_view_count_90d, 0) as bigint) as page_view_count_90d,
        cast(coalesce(web.page_view_count_365d, 0) as bigint) as page_view_count_365d,
        cast(coalesce(web.product_view_count_7d, 0) as bigint) as product_view_count_7d,
        cast(coalesce(web.product_view_count_30d, 0) as bigint) as product_view_count_30d,
        cast(coalesce(web.product_view_count_90d, 0) as bigint) as product_view_count_90d,
        cast(coalesce(web.product_view_count_365d, 0) as bigint) as product_view_count_365d,
        cast(coalesce(web.add_to_cart_count_30d, 0) as bigint) as add_to_cart_count_30d,
        cast(coalesce(web.search_count_30d, 0) as bigint) as search_count_30d,
        web.session_share_30d_of_90d,
        web.add_to_cart_rate_90d,
        visits.mobile_visit_share_90d,
        visits.usual_visit_hour_90d,
        visits.usual_visit_country_code_90d,
        email.days_since_last_email_click,
        cast(coalesce(email.email_delivered_count_7d, 0) as bigint) as email_delivered_count_7d,
        cast(coalesce(email.email_delivered_count_30d, 0) as bigint) as email_delivered_count_30d,
        cast(coalesce(email.email_delivered_count_90d, 0) as bigint) as email_delivered_count_90d,
        cast(coalesce(email.email_delivered_count_365d, 0) as bigint) as email_delivered_count_365d,
        cast(coalesce(email.email_human_open_count_7d, 0) as bigint) as email_human_open_count_7d,
        cast(coalesce(email.email_human_open_count_30d, 0) as bigint) as email_human_open_count_30d,
        cast(coalesce(email.email_human_open_count_90d, 0) as bigint) as email_human_open_count_90d,
        cast(coalesce(email.email_human_open_count_365d, 0) as bigint) as email_human_open_count_365d,
        cast(coalesce(email.email_click_count_7d, 0) as bigint) as email_click_count_7d,
        cast(coalesce(email.email_click_count_30d, 0) as bigint) as email_click_count_30d,
        cast(coalesce(email.email_click_count_90d, 0) as bigint) as email_click_count_90d,
        cast(coalesce(email.email_click_count_365d, 0) as bigint) as email_click_count_365d,
        cast(coalesce(email.email_human_open_decayed_365d, 0) as double) as email_human_open_decayed_365d,
        cast(coalesce(email.email_click_decayed_365d, 0) as double) as email_click_decayed_365d,
        email.email_human_open_rate_90d,
        email.email_click_rate_90d,
        cast(coalesce(email.email_expected_human_open_count_30d, 0) as double) as email_expected_human_open_count_30d,
        cast(coalesce(email.email_expected_click_count_30d, 0) as double) as email_expected_click_count_30d,
        email.email_machine_open_share_365d,
        case
            when web.session_count_90d > 0
                then {{ rounded('least(1.0, cast(commerce.order_count_90d as double) / web.session_count_90d)', 6) }}
        end as browse_to_buy_rate_90d
    from commerce
    left join rhythms
        on
            commerce.customer_id = rhythms.customer_id
            and commerce.as_of_date = rhythms.as_of_date
    left join web
        on
            commerce.customer_id = web.customer_id
            and commerce.as_of_date = web.as_of_date
    left join visits
        on
            commerce.customer_id = visits.customer_id
            and commerce.as_of_date = visits.as_of_date
    left join email
        on
            commerce.customer_id = email.customer_id
            and commerce.as_of_date = email.as_of_date
    left join categories
        on
            commerce.customer_id = categories.customer_id
            and commerce.as_of_date = categories.as_of_date

)

select * from final
