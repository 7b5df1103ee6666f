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

customer_identifiers as (

    {{ due_rows(ref('feature_customer_identifiers')) }}

),

web_days as (

    select * from {{ ref('int_web_days') }}
    where not is_bot

),

known_days as (

    select
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        web_days.session_count,
        web_days.page_view_count,
        web_days.product_view_count,
        web_days.add_to_cart_count,
        web_days.search_count,
        {{ days_between('web_days.event_date', 'customer_identifiers.as_of_date') }} as days_ago
    from customer_identifiers
    inner join web_days
        on
            customer_identifiers.identifier_key = web_days.identifier_key
            and customer_identifiers.as_of_date > web_days.event_date
            and customer_identifiers.known_until_date > web_days.load_date
    where web_days.event_date >= {{ dbt.dateadd('day', -365, 'customer_identifiers.as_of_date') }}

),

sums as (

    select
        customer_id,
        as_of_date,
        min(days_ago) as days_since_last_visit,
        sum(case when days_ago <= 7 then session_count else 0 end) as session_count_7d,
        sum(case when days_ago <= 30 then session_count else 0 end) as session_count_30d,
        sum(case when days_ago <= 90 then session_count else 0 end) as session_count_90d,
        sum(session_count) as session_count_365d,
        sum(case when days_ago <= 7 then page_view_count else 0 end) as page_view_count_7d,
        sum(case when days_ago <= 30 then page_view_count else 0 end) as page_view_count_30d,
        sum(case when days_ago <= 90 then page_view_count else 0 end) as page_view_count_90d,
        sum(page_view_count) as page_view_count_365d,
        sum(case when days_ago <= 7 then product_view_count else 0 end) as product_view_count_7d,
        sum(case when days_ago <= 30 then product_view_count else 0 end) as product_view_count_30d,
        sum(case when days_ago <= 90 then product_view_count else 0 end) as product_view_count_90d,
        sum(product_view_count) as product_view_count_365d,
        min(case when add_to_cart_count > 0 then days_ago end) as days_since_last_add_to_cart,
        sum(case when days_ago <= 90 then add_to_cart_count else 0 end) as add_to_cart_count_90d,
        sum(case when days_ago <= 30 then add_to_cart_count else 0 end) as add_to_cart_count_30d,
        sum(case when days_ago <= 30 then search_count else 0 end) as search_count_30d
    from known_days
    group by
        customer_id,
        as_of_date

),

final as (

    select
        customer_id,
        as_of_date,
        days_since_last_visit,
        days_since_last_add_to_cart,
        session_count_7d,
        session_count_30d,
        session_count_90d,
        session_count_365d,
        page_view_count_7d,
        page_view_count_30d,
        page_view_count_90d,
        page_view_count_365d,
        product_view_count_7d,
        product_view_count_30d,
        product_view_count_90d,
        product_view_count_365d,
        add_to_cart_count_30d,
        search_count_30d,
        {{ rounded('cast(session_count_30d as double) / nullif(session_count_90d, 0)', 6) }} as session_share_30d_of_90d,
        case
            when product_view_count_90d > 0
                then {{ rounded('least(1.0, cast(add_to_cart_count_90d as double) / product_view_count_90d)', 6) }}
        end as add_to_cart_rate_90d
    from sums

)

select * from final
