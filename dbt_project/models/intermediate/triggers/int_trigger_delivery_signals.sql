with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition = 'order_delivered'

),

clock as (

    select * from {{ ref('int_clock') }}

),

order_customers as (

    select * from {{ ref('int_order_customers') }}
    where customer_id is not null

),

-- The versions that were written by then: what a carrier reports later is not known yet.
shipments as (

    select
        shipments.shipment_id,
        shipments.order_id,
        case when shipments.delivered_at < clock.as_of_at then shipments.delivered_at end as delivered_at
    from {{ ref('stg_shop__shipments') }} as shipments
    cross join clock
    where
        shipments.valid_from < clock.as_of_at
        and (shipments.valid_to is null or shipments.valid_to >= clock.as_of_at)

),

deliveries as (

    select
        order_id,
        max(delivered_at) as delivered_at
    from shipments
    group by order_id
    having count(*) = count(delivered_at)

),

final as (

    select
        policies.trigger_name,
        order_customers.customer_key,
        'order' as subject_type,
        deliveries.order_id as subject_id,
        deliveries.delivered_at as condition_started_at,
        {{ dbt.dateadd('minute', 'policies.wait_minutes', 'deliveries.delivered_at') }} as signalled_at,
        cast(null as timestamp) as condition_ended_at
    from deliveries
    inner join order_customers
        on deliveries.order_id = order_customers.order_id
    cross join policies
    cross join clock
    where {{ dbt.dateadd('minute', 'policies.wait_minutes', 'deliveries.delivered_at') }} <= clock.as_of_at

)

select * from final
