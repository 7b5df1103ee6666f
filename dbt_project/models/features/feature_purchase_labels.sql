with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

orders as (

    select
        customer_id,
        ordered_date
    from {{ ref('fct_orders') }}
    where not is_cancelled

),

rhythms as (

    select * from {{ ref('feature_customer_rhythm') }}

),

purchases_after as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        min({{ days_between('customer_dates.as_of_date', 'orders.ordered_date') }}) as days_until_order
    from customer_dates
    inner join orders
        on
            customer_dates.current_customer_id = orders.customer_id
            and customer_dates.as_of_date <= orders.ordered_date
    group by
        customer_dates.customer_id,
        customer_dates.as_of_date

),

final as (

    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        coalesce(purchases_after.days_until_order < 30, false) as has_purchase_30d,
        coalesce(purchases_after.days_until_order >= 90, true) as has_no_purchase_90d,
        case
            when rhythms.churn_horizon_days is not null
                then coalesce(purchases_after.days_until_order >= rhythms.churn_horizon_days, true)
        end as has_no_purchase_own_rhythm,
        {{ days_between('customer_dates.as_of_date', 'clock.as_of_date') }} >= 30 as is_mature_30d,
        {{ days_between('customer_dates.as_of_date', 'clock.as_of_date') }} >= 90 as is_mature_90d,
        coalesce({{ days_between('customer_dates.as_of_date', 'clock.as_of_date') }} >= rhythms.churn_horizon_days, false)
            as is_mature_own_rhythm,
        {{ days_between('customer_dates.as_of_date', 'clock.as_of_date') }} >= {{ var('churn_horizon_maximum_days') }}
            as is_mature_every_rhythm
    from customer_dates
    cross join clock
    left join purchases_after
        on
            customer_dates.customer_id = purchases_after.customer_id
            and customer_dates.as_of_date = purchases_after.as_of_date
    left join rhythms
        on
            customer_dates.customer_id = rhythms.customer_id
            and customer_dates.as_of_date = rhythms.as_of_date

)

select * from final
