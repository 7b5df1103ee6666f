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

customer_members as (

    {{ due_rows(ref('feature_customer_members')) }}

),

customer_identifiers as (

    {{ due_rows(ref('feature_customer_identifiers')) }}

),

weights as (

    select
        max(case when signal_name = 'order_line' then weight end) as order_line_weight,
        max(case when signal_name = 'order_line' then window_days end) as order_line_days,
        max(case when signal_name = 'product_view' then weight end) as product_view_weight,
        max(case when signal_name = 'product_view' then window_days end) as product_view_days
    from {{ ref('category_affinity_weights') }}

),

bought_lines as (

    select
        items.category,
        cast(items.ordered_at as date) as ordered_date,
        cast(items.loaded_at as date) as load_date,
        coalesce(order_members.member_id, items.customer_id) as member_id,
        case when items.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end
            as cancelled_date
    from {{ ref('fct_order_items') }} as items
    inner join {{ ref('fct_orders') }} as orders
        on items.order_id = orders.order_id
    left join {{ ref('feature_order_members') }} as order_members
        on items.order_id = order_members.order_id
    where
        items.category is not null
        and items.quantity > 0

),

bought as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        bought_lines.category,
        count(*) as order_line_count,
        count(*) * max(weights.order_line_weight) as points
    from customer_members
    cross join weights
    inner join bought_lines
        on
            customer_members.member_id = bought_lines.member_id
            and customer_members.as_of_date > bought_lines.ordered_date
            and customer_members.known_until_date > bought_lines.load_date
    where
        bought_lines.ordered_date >= {{ dbt.dateadd('day', '-weights.order_line_days', 'customer_members.as_of_date') }}
        and (bought_lines.cancelled_date is null or bought_lines.cancelled_date >= customer_members.as_of_date)
    group by
        customer_members.customer_id,
        customer_members.as_of_date,
        bought_lines.category

),

viewed as (

    select
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        view_days.category,
        0 as order_line_count,
        sum(view_days.product_view_count) * max(weights.product_view_weight) as points
    from customer_identifiers
    cross join weights
    inner join {{ ref('int_category_view_days') }} as view_days
        on
            customer_identifiers.identifier_key = view_days.identifier_key
            and customer_identifiers.as_of_date > view_days.event_date
            and customer_identifiers.known_until_date > view_days.load_date
    where
        view_days.event_date >= {{ dbt.dateadd('day', '-weights.product_view_days', 'customer_identifiers.as_of_date') }}
    group by
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        view_days.category

),

signals as (

    select * from bought
    union all
    select * from viewed

),

final as (

    select
        customer_id,
        as_of_date,
        category,
        sum(order_line_count) as order_line_count,
        sum(points) as points
    from signals
    group by
        customer_id,
        as_of_date,
        category

)

select * from final
