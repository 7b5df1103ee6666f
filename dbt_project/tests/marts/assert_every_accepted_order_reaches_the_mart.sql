with

accepted_orders as (

    select distinct order_id
    from {{ ref('base_shop__orders') }}
    where _row_status = 'accepted'

),

mart_orders as (

    select order_id
    from {{ ref('fct_orders') }}

)

select
    accepted_orders.order_id as accepted_order_id,
    mart_orders.order_id as mart_order_id
from accepted_orders
full outer join mart_orders
    on accepted_orders.order_id = mart_orders.order_id
where
    accepted_orders.order_id is null
    or mart_orders.order_id is null
