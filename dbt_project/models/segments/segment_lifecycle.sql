with

clock as (

    select * from {{ ref('int_clock') }}

),

thresholds as (

    {{ thresholds(['new_days', 'active_days', 'at_risk_days', 'won_back_days']) }}

),

orders as (

    select
        customer_id,
        ordered_date,
        lag(ordered_date) over (partition by customer_id order by ordered_at, order_id) as previous_ordered_date
    from {{ ref('fct_orders') }}
    where
        customer_id is not null
        and not is_cancelled

),

customer_orders as (

    select
        orders.customer_id,
        min({{ days_between('orders.ordered_date', 'clock.as_of_date') }}) as days_since_last_order,
        max({{ days_between('orders.ordered_date', 'clock.as_of_date') }}) as days_since_first_order,
        min(
            case
                when
                    {{ days_between('orders.previous_ordered_date', 'orders.ordered_date') }}
                    > thresholds.at_risk_days
                    then {{ days_between('orders.ordered_date', 'clock.as_of_date') }}
            end
        ) as days_since_return
    from orders
    cross join clock
    cross join thresholds
    where orders.ordered_date < clock.as_of_date
    group by orders.customer_id

),

final as (

    select
        customers.customer_id,
        customer_orders.days_since_first_order,
        customer_orders.days_since_last_order,
        customer_orders.days_since_return,
        case
            when customer_orders.customer_id is null then 'prospect'
            when customer_orders.days_since_last_order > thresholds.at_risk_days then 'lapsed'
            when customer_orders.days_since_last_order > thresholds.active_days then 'at_risk'
            when customer_orders.days_since_return <= thresholds.won_back_days then 'won_back'
            when customer_orders.days_since_first_order <= thresholds.new_days then 'new'
            else 'active'
        end as lifecycle_stage
    from {{ ref('dim_customers') }} as customers
    cross join thresholds
    left join customer_orders
        on customers.customer_id = customer_orders.customer_id

)

select * from final
