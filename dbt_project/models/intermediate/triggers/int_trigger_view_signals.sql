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
    where condition in ('product_views', 'category_views')

),

smallest_counts as (

    select
        subject_type,
        min(minimum_count) as smallest_count
    from policies
    group by subject_type

),

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null
    {% if is_incremental() -%}
        and component_key in (select touched.customer_key from {{ touched_customers() }} as touched)
    {%- endif %}

),

product_versions as (

    select * from {{ ref('int_product_versions') }}
    where category is not null

),

product_views as (

    select
        identity_map.component_key as customer_key,
        shopping_events.product_id,
        shopping_events.event_at
    from {{ ref('int_shopping_events') }} as shopping_events
    inner join identity_map
        on shopping_events.identifier_key = identity_map.identifier_key
    cross join clock
    where
        shopping_events.event_type = 'product_view'
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

-- Most products are not looked at often enough by a person in a whole life: only the others are sorted. Of categories nearly all are.
frequent_products as (

    select
        product_views.customer_key,
        product_views.product_id
    from product_views
    inner join smallest_counts
        on smallest_counts.subject_type = 'product'
    group by
        product_views.customer_key,
        product_views.product_id
    having count(*) >= max(smallest_counts.smallest_count)

),

subject_views as (

    select
        product_views.customer_key,
        'product' as subject_type,
        product_views.product_id as subject_id,
        product_views.event_at
    from product_views
    inner join frequent_products
        on
            product_views.customer_key = frequent_products.customer_key
            and product_views.product_id = frequent_products.product_id

    union all

    select
        product_views.customer_key,
        'category' as subject_type,
        product_versions.category as subject_id,
        product_views.event_at
    from product_views
    inner join smallest_counts
        on smallest_counts.subject_type = 'category'
    inner join product_versions
        on
            product_views.product_id = product_versions.product_id
            and product_views.event_at >= product_versions.valid_from
            and product_views.event_at < product_versions.valid_to

),

-- Views of one moment may be numbered in any order: what is asked of a number is its moment.
numbered_views as (

    select
        customer_key,
        subject_type,
        subject_id,
        event_at,
        row_number() over (
            partition by customer_key, subject_type, subject_id
            order by event_at
        ) as view_number
    from subject_views

),

-- The view that begins the run which this one completes: its number, worked out before the join, so that all keys of it are columns.
completing_views as (

    select
        policies.trigger_name,
        policies.window_minutes,
        numbered_views.customer_key,
        numbered_views.subject_type,
        numbered_views.subject_id,
        numbered_views.event_at,
        numbered_views.view_number - policies.minimum_count + 1 as first_view_number
    from numbered_views
    inner join policies
        on numbered_views.subject_type = policies.subject_type
    where numbered_views.view_number >= policies.minimum_count

),

final as (

    select
        completing_views.trigger_name,
        completing_views.customer_key,
        completing_views.subject_type,
        completing_views.subject_id,
        completing_views.event_at as signalled_at,
        cast(null as timestamp) as condition_ended_at,
        max(first_views.event_at) as condition_started_at
    from completing_views
    inner join numbered_views as first_views
        on
            completing_views.customer_key = first_views.customer_key
            and completing_views.subject_type = first_views.subject_type
            and completing_views.subject_id = first_views.subject_id
            and completing_views.first_view_number = first_views.view_number
    where {{ dbt.dateadd('minute', 'completing_views.window_minutes', 'first_views.event_at') }} >= completing_views.event_at
    group by
        completing_views.trigger_name,
        completing_views.customer_key,
        completing_views.subject_type,
        completing_views.subject_id,
        completing_views.event_at

)

select * from final
