{# Customers about whom something is new are worked out anew, from all of their events. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_key',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_trigger_event_inputs'), 'customer_key') }}",
        post_hook="{{ keep_inputs(ref('int_trigger_event_inputs'), 'customer_key') }}"
    )
}}
-- depends_on: {{ ref('int_trigger_event_inputs') }}

with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition = 'cart_quiet'

),

-- What no policy asks for is left out before each state is held against each of them.
least_demands as (

    select
        min(minimum_count) as minimum_count,
        min(wait_minutes) as wait_minutes
    from policies

),

clock as (

    select * from {{ ref('int_clock') }}

),

cart_customers as (

    select * from {{ ref('int_cart_customers') }}
    {% if is_incremental() -%}
        where customer_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

cart_events as (

    select
        shopping_events.*,
        case
            when shopping_events.event_type = 'add_to_cart' then shopping_events.quantity
            when shopping_events.event_type = 'remove_from_cart' then -shopping_events.quantity
            else 0
        end as quantity_change
    from {{ ref('int_shopping_events') }} as shopping_events
    cross join clock
    {% if is_incremental() -%}
        inner join cart_customers
            on shopping_events.cart_id = cart_customers.cart_id
    {%- endif %}
    where
        shopping_events.cart_id is not null
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

product_quantities as (

    select
        *,
        sum(quantity_change) over (
            partition by cart_id, product_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as quantity_after
    from cart_events

),

-- What is taken out more often than it was put in is not there, and counts nothing.
cart_states as (

    select
        cart_id,
        event_at,
        _file_id,
        _row_number,
        sum(case when product_id is null then 0 else greatest(quantity_after, 0) - greatest(quantity_after - quantity_change, 0) end) over (
            partition by cart_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as unit_count,
        sum(case when event_type = 'purchase' then 1 else 0 end) over (
            partition by cart_id
            order by event_at, _file_id, _row_number
            rows between unbounded preceding and current row
        ) as purchase_count,
        lead(event_at) over (
            partition by cart_id
            order by event_at, _file_id, _row_number
        ) as next_event_at
    from product_quantities

),

followed_states as (

    select
        *,
        min(case when unit_count = 0 then event_at end) over (
            partition by cart_id
            order by event_at, _file_id, _row_number
            rows between 1 following and unbounded following
        ) as emptied_at
    from cart_states

),

quiet_states as (

    select followed_states.*
    from followed_states
    cross join least_demands
    cross join clock
    where
        followed_states.purchase_count = 0
        and followed_states.unit_count >= least_demands.minimum_count
        and {{ dbt.dateadd('minute', 'least_demands.wait_minutes', 'followed_states.event_at') }}
        <= coalesce(followed_states.next_event_at, clock.as_of_at)

),

final as (

    select
        policies.trigger_name,
        cart_customers.customer_key,
        'cart' as subject_type,
        quiet_states.cart_id as subject_id,
        quiet_states.event_at as condition_started_at,
        {{ dbt.dateadd('minute', 'policies.wait_minutes', 'quiet_states.event_at') }} as signalled_at,
        quiet_states.emptied_at as condition_ended_at
    from quiet_states
    inner join cart_customers
        on quiet_states.cart_id = cart_customers.cart_id
    cross join policies
    cross join clock
    where
        quiet_states.unit_count >= policies.minimum_count
        and {{ dbt.dateadd('minute', 'policies.wait_minutes', 'quiet_states.event_at') }}
        <= coalesce(quiet_states.next_event_at, clock.as_of_at)

)

select * from final
