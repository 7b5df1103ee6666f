{{
    config(
        materialized='incremental',
        incremental_strategy='replace_dates',
        full_refresh=builds_whole(),
        pre_hook="{{ plan_dates(ref('feature_date_inputs')) }}",
        post_hook="{{ keep_dates(ref('feature_customer_dates')) }}"
    )
}}
{%- set places = {1: 'last', 2: 'second_last', 3: 'third_last'} -%}
{%- set actions = ['order', 'cart', 'click', 'visit', 'open'] -%}

with

customer_members as (

    {{ due_rows(ref('feature_customer_members')) }}

),

customer_identifiers as (

    {{ due_rows(ref('feature_customer_identifiers')) }}

),

orders as (

    select
        orders.ordered_date,
        cast(orders.loaded_at as date) as load_date,
        coalesce(order_members.member_id, orders.customer_id) as member_id,
        case when orders.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('feature_order_members') }} as order_members
        on orders.order_id = order_members.order_id
    where coalesce(order_members.member_id, orders.customer_id) is not null

),

email_days as (

    select * from {{ ref('feature_email_days') }}
    where human_open_count + click_count > 0

),

web_days as (

    select * from {{ ref('int_web_days') }}
    where not is_bot

),

-- Of two actions of a day the one that is nearer to an order (the smaller number) came later; visits with a cart are carts.
actions as (

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        1 as action_number,
        {{ days_between('orders.ordered_date', 'customer_members.as_of_date') }} as days_ago
    from customer_members
    inner join orders
        on
            customer_members.member_id = orders.member_id
            and customer_members.as_of_date > orders.ordered_date
            and customer_members.known_until_date > orders.load_date
    where
        orders.ordered_date >= {{ dbt.dateadd('day', -90, 'customer_members.as_of_date') }}
        and (orders.cancelled_date is null or orders.cancelled_date >= customer_members.as_of_date)

    union all

    select
        customer_identifiers.customer_id,
        customer_identifiers.as_of_date,
        case when web_days.add_to_cart_count > 0 then 2 else 4 end as action_number,
        {{ days_between('web_days.event_date', 'customer_identifiers.as_of_date') }} as days_ago
    from customer_identifiers
    inner join web_days
        on
            customer_identifiers.identifier_key = web_days.identifier_key
            and customer_identifiers.as_of_date > web_days.event_date
            and customer_identifiers.known_until_date > web_days.load_date
    where web_days.event_date >= {{ dbt.dateadd('day', -90, 'customer_identifiers.as_of_date') }}

    union all

    select
        customer_members.customer_id,
        customer_members.as_of_date,
        case when email_days.click_count > 0 then 3 else 5 end as action_number,
        {{ days_between('email_days.activity_date', 'customer_members.as_of_date') }} as days_ago
    from customer_members
    inner join email_days
        on
            customer_members.member_id = email_days.member_id
            and customer_members.as_of_date > email_days.activity_date
            and customer_members.known_until_date > email_days.load_date
    where email_days.activity_date >= {{ dbt.dateadd('day', -90, 'customer_members.as_of_date') }}

),

days_of_actions as (

    select
        customer_id,
        as_of_date,
        days_ago,
        action_number
    from actions
    group by
        customer_id,
        as_of_date,
        days_ago,
        action_number

),

ranked as (

    select
        customer_id,
        as_of_date,
        days_ago,
        action_number,
        row_number() over (
            partition by customer_id, as_of_date
            order by days_ago, action_number
        ) as place
    from days_of_actions

),

final as (

    select
        customer_id,
        as_of_date,
        max(case when place = 1 then days_ago end) as days_since_last_action,
        max(case when place = 2 then days_ago end) - max(case when place = 1 then days_ago end) as days_between_last_actions,
        max(case when place = 3 then days_ago end) - max(case when place = 2 then days_ago end) as days_between_actions_before
        {%- for number, name in places.items() -%}
            {%- for action in actions -%}
                ,
                cast(max(case when place = {{ number }} and action_number = {{ loop.index }} then 1 else 0 end) as bigint)
                    as {{ name }}_action_is_{{ action }}
            {%- endfor -%}
        {%- endfor %}
    from ranked
    where place <= 3
    group by
        customer_id,
        as_of_date

)

select * from final
