{{ config(materialized='view') }}
{% set horizon_days = {'purchase_30d': 30, 'churn_90d': 90, 'churn_own_rhythm': none, 'email_click_30d': 30, 'email_unsubscribe_30d': 30} %}

with

clock as (

    select * from {{ ref('int_clock') }}

),

horizons as (

    {% for model_name, days in horizon_days.items() %}
        select
            '{{ model_name }}' as model_name,
            {{ 'cast(null as bigint)' if days is none else days }} as horizon_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

customers as (

    select
        customer_id,
        mod({{ identifier_hash('customer_id') }}, 100) as sample_bucket,
        100.0 * {{ var('backtest_customer_limit') }} / count(*) over () as bucket_count
    from {{ ref('dim_customers') }}

),

orders as (

    select distinct
        customer_id,
        ordered_date
    from {{ ref('fct_orders') }}
    where not is_cancelled

),

messages as (

    select
        customer_id,
        cast(delivered_at as date) as delivered_date,
        cast(first_click_at as date) as clicked_date,
        cast(unsubscribed_at as date) as unsubscribed_date
    from {{ ref('fct_email_messages') }}
    where delivered_at is not null

),

-- In millionths: sums of whole numbers do not depend on their order. The promise is for as long as the score says.
promised as (

    select
        scores.model_name,
        scores.model_version,
        scores.as_of_date,
        scores.customer_id,
        cast(round(scores.probability * 1000000) as bigint) as score_in_millionths,
        coalesce(scores.horizon_days, horizons.horizon_days) as horizon_days,
        {{ days_between('scores.as_of_date', 'clock.as_of_date') }} as days_since
    from {{ ref('stg_ml__propensity_scores') }} as scores
    inner join horizons
        on scores.model_name = horizons.model_name
    cross join clock
    inner join customers
        on scores.customer_id = customers.customer_id
    where customers.sample_bucket < greatest(1, ceil(customers.bucket_count))

),

matured as (

    select
        model_name,
        model_version,
        as_of_date,
        customer_id,
        horizon_days,
        score_in_millionths
    from promised
    where
        days_since >= horizon_days
        and days_since < horizon_days + {{ var('backtest_days') }}

),

bought as (

    select distinct
        matured.model_name,
        matured.as_of_date,
        matured.customer_id
    from matured
    inner join orders
        on
            matured.customer_id = orders.customer_id
            and matured.as_of_date <= orders.ordered_date
    where {{ days_between('matured.as_of_date', 'orders.ordered_date') }} < matured.horizon_days

),

-- As feature_email_labels has it: a reaction counts to a message of the same days.
mailed as (

    select
        matured.model_name,
        matured.as_of_date,
        matured.customer_id,
        max(
            case
                when {{ days_between('matured.as_of_date', 'messages.clicked_date') }} < matured.horizon_days then 1
                else 0
            end
        ) as is_clicked,
        max(
            case
                when {{ days_between('matured.as_of_date', 'messages.unsubscribed_date') }} < matured.horizon_days then 1
                else 0
            end
        ) as is_unsubscribed
    from matured
    inner join messages
        on
            matured.customer_id = messages.customer_id
            and matured.as_of_date <= messages.delivered_date
    where
        matured.model_name in ('email_click_30d', 'email_unsubscribe_30d')
        and {{ days_between('matured.as_of_date', 'messages.delivered_date') }} < matured.horizon_days
    group by
        matured.model_name,
        matured.as_of_date,
        matured.customer_id

),

final as (

    select
        matured.model_name,
        matured.model_version,
        matured.as_of_date,
        matured.customer_id,
        matured.horizon_days,
        matured.score_in_millionths,
        case
            when matured.model_name in ('churn_90d', 'churn_own_rhythm') then bought.customer_id is null
            when matured.model_name = 'email_click_30d' then mailed.is_clicked = 1
            when matured.model_name = 'email_unsubscribe_30d' then mailed.is_unsubscribed = 1
            else bought.customer_id is not null
        end as has_happened
    from matured
    left join bought
        on
            matured.model_name = bought.model_name
            and matured.as_of_date = bought.as_of_date
            and matured.customer_id = bought.customer_id
    left join mailed
        on
            matured.model_name = mailed.model_name
            and matured.as_of_date = mailed.as_of_date
            and matured.customer_id = mailed.customer_id
    -- What is promised for the next e-mails says nothing about those who got none.
    where
        matured.model_name not in ('email_click_30d', 'email_unsubscribe_30d')
        or mailed.customer_id is not null

)

select * from final
