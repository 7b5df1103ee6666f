with

customer_members as (

    select * from {{ ref('feature_customer_members') }}

),

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

orders as (

    select
        orders.ordered_date,
        cast(orders.loaded_at as date) as load_date,
        coalesce(order_members.member_id, orders.customer_id) as member_id,
        orders.gross_revenue - orders.discount_amount as order_value,
        case when orders.is_cancelled then coalesce(cast(orders.cancelled_at as date), orders.ordered_date) end as cancelled_date
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('feature_order_members') }} as order_members
        on orders.order_id = order_members.order_id
    where coalesce(order_members.member_id, orders.customer_id) is not null

),

{{ model_dates(var('value_holdout_days'), 'calibration') }}

-- A date that a young shop does not have is empty and joins nobody.
known_customers as (

    select
        customer_members.member_id,
        customer_members.customer_id,
        customer_members.as_of_date,
        customer_members.known_until_date,
        parts.part
    from customer_members
    inner join parts
        on customer_members.as_of_date = parts.as_of_date

),

-- Several orders on one day are one purchase; a day that took back more than it sold is none.
purchase_days as (

    select
        known_customers.customer_id,
        known_customers.as_of_date,
        known_customers.part,
        orders.ordered_date,
        sum(orders.order_value) as day_value
    from known_customers
    inner join orders
        on
            known_customers.member_id = orders.member_id
            and known_customers.as_of_date > orders.ordered_date
            and known_customers.known_until_date > orders.load_date
    where
        orders.cancelled_date is null
        or orders.cancelled_date >= known_customers.as_of_date
    group by
        known_customers.customer_id,
        known_customers.as_of_date,
        known_customers.part,
        orders.ordered_date
    having sum(orders.order_value) >= 0

),

sums as (

    select
        customer_id,
        as_of_date,
        part,
        min(ordered_date) as first_date,
        max(ordered_date) as last_date,
        count(*) as day_count,
        sum(day_value) - min_by(day_value, ordered_date) as repeat_value
    from purchase_days
    group by
        customer_id,
        as_of_date,
        part

),

final as (

    select
        customer_id,
        as_of_date,
        part,
        cast(day_count - 1 as bigint) as repeat_purchase_day_count,
        cast({{ days_between('first_date', 'last_date') }} as bigint) as days_between_first_and_last_purchase,
        cast({{ days_between('first_date', 'as_of_date') }} - 1 as bigint) as days_observed_since_first_purchase,
        cast(case when day_count > 1 then repeat_value end as decimal(18, 2)) as repeat_purchase_value
    from sums

)

select * from final
