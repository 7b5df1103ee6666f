with

policies as (

    select
        condition,
        wait_minutes,
        {{ transient_hash([
            'trigger_name', 'condition', 'subject_type', 'minimum_count', 'minimum_ratio', 'wait_minutes', 'window_minutes'
        ]) }} as policy_digest
    from {{ ref('trigger_policies') }}

),

policy_digests as (

    select {{ exact_sum('policy_digest') }} as policy_digest
    from policies

),

-- Signals that come when nothing follows for a while: the clock alone brings them.
waits as (

    select distinct wait_minutes
    from policies
    where condition in ('cart_quiet', 'browsing_stopped')

),

longest_wait as (

    select max(wait_minutes) as wait_minutes
    from waits

),

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

cart_customers as (

    select * from {{ ref('int_cart_customers') }}

),

product_versions as (

    select
        product_id,
        valid_from,
        coalesce(category, '') as category,
        lag(coalesce(category, '')) over (
            partition by product_id
            order by valid_from
        ) as previous_category
    from {{ ref('int_product_versions') }}

),

-- A version of another price changes nothing for whoever looked at the product.
product_digests as (

    select
        product_id,
        {{ exact_sum(transient_hash(['valid_from', 'category'])) }} as product_digest
    from product_versions
    where
        previous_category is null
        or category <> previous_category
    group by product_id

),

-- A row of a file says what it says for ever: file and row stand for all of it.
shopping_events as (

    select
        shopping_events.identifier_key,
        shopping_events.cart_id,
        shopping_events.product_id,
        shopping_events.event_at,
        shopping_events._file_id,
        shopping_events._row_number
    from {{ ref('int_shopping_events') }} as shopping_events
    cross join clock
    where
        not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

identifier_sums as (

    select
        shopping_events.identifier_key,
        {{ exact_sum(transient_hash([
            'shopping_events._file_id', 'shopping_events._row_number', 'product_digests.product_digest'
        ])) }} as event_sum
    from shopping_events
    left join product_digests
        on shopping_events.product_id = product_digests.product_id
    group by shopping_events.identifier_key

),

cart_sums as (

    select
        cart_id,
        {{ exact_sum(transient_hash(['cart_id', '_file_id', '_row_number'])) }} as event_sum
    from shopping_events
    where cart_id is not null
    group by cart_id

),

recent_events as (

    select shopping_events.*
    from shopping_events
    cross join longest_wait
    cross join clock
    where {{ dbt.dateadd('minute', 'longest_wait.wait_minutes', 'shopping_events.event_at') }} > clock.as_of_at

),

-- What the clock has not reached yet: one less when it does.
timers as (

    select
        recent_events.identifier_key,
        recent_events.cart_id,
        {{ transient_hash(['recent_events._file_id', 'recent_events._row_number', 'waits.wait_minutes', "'timer'"]) }} as timer_digest
    from recent_events
    cross join waits
    cross join clock
    where {{ dbt.dateadd('minute', 'waits.wait_minutes', 'recent_events.event_at') }} > clock.as_of_at

),

customer_sums as (

    select
        identity_map.component_key as customer_key,
        identifier_sums.event_sum
    from identifier_sums
    inner join identity_map
        on identifier_sums.identifier_key = identity_map.identifier_key

    union all

    select
        cart_customers.customer_key,
        cart_sums.event_sum
    from cart_sums
    inner join cart_customers
        on cart_sums.cart_id = cart_customers.cart_id

    union all

    select
        identity_map.component_key as customer_key,
        cast(timers.timer_digest as decimal(38, 0)) as event_sum
    from timers
    inner join identity_map
        on timers.identifier_key = identity_map.identifier_key

    union all

    select
        cart_customers.customer_key,
        cast(timers.timer_digest as decimal(38, 0)) as event_sum
    from timers
    inner join cart_customers
        on timers.cart_id = cart_customers.cart_id

),

customers as (

    select
        customer_key,
        cast(sum(event_sum) as decimal(38, 0)) as event_sum
    from customer_sums
    group by customer_key

),

final as (

    select
        customers.customer_key,
        cast(customers.event_sum + policy_digests.policy_digest as decimal(38, 0)) as input_digest
    from customers
    cross join policy_digests

)

select * from final
