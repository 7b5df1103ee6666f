with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition = 'replenishment_due'

),

clock as (

    select * from {{ ref('int_clock') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}
    where customer_id is not null

),

-- Orders count as they were placed: what somebody cancels later may not change what was known then.
purchases as (

    select distinct
        order_customers.customer_key,
        order_items.product_id,
        order_items.ordered_at
    from {{ ref('int_order_items_priced') }} as order_items
    inner join order_customers
        on order_items.order_id = order_customers.order_id
    cross join clock
    where
        order_items.has_known_order
        and not order_items.is_credit_note
        and order_items.product_id is not null
        and order_items.quantity > 0
        and order_items.ordered_at < clock.as_of_at

),

counted_purchases as (

    select
        customer_key,
        product_id,
        ordered_at,
        row_number() over (
            partition by customer_key, product_id
            order by ordered_at
        ) as purchase_number,
        min(ordered_at) over (
            partition by customer_key, product_id
        ) as first_ordered_at
    from purchases

),

-- The rhythm as it was then: of the purchases up to this one, never of later ones.
rhythms as (

    select
        policies.trigger_name,
        counted_purchases.customer_key,
        counted_purchases.product_id,
        counted_purchases.ordered_at,
        greatest(
            cast(
                floor(
                    policies.minimum_ratio
                    * ({{ epoch_micros('counted_purchases.ordered_at') }} - {{ epoch_micros('counted_purchases.first_ordered_at') }})
                    / nullif(counted_purchases.purchase_number - 1, 0)
                    / 60000000
                ) as bigint
            ),
            policies.wait_minutes
        ) as minutes_until_due
    from counted_purchases
    cross join policies
    where counted_purchases.purchase_number >= greatest(policies.minimum_count, 2)

),

final as (

    select
        rhythms.trigger_name,
        rhythms.customer_key,
        'product' as subject_type,
        rhythms.product_id as subject_id,
        rhythms.ordered_at as condition_started_at,
        {{ dbt.dateadd('minute', 'rhythms.minutes_until_due', 'rhythms.ordered_at') }} as signalled_at,
        cast(null as timestamp) as condition_ended_at
    from rhythms
    cross join clock
    where {{ dbt.dateadd('minute', 'rhythms.minutes_until_due', 'rhythms.ordered_at') }} <= clock.as_of_at

)

select * from final
