with

policies as (

    select * from {{ ref('trigger_policies') }}
    where condition in ('restocked', 'price_dropped')

),

clock as (

    select * from {{ ref('int_clock') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

changes as (

    select
        policies.trigger_name,
        product_changes.product_id,
        product_changes.changed_at,
        product_changes.change_ended_at,
        policies.window_minutes
    from {{ ref('int_product_changes') }} as product_changes
    inner join policies
        on product_changes.change_type = policies.condition
    where
        policies.minimum_ratio is null
        or product_changes.previous_price - product_changes.price >= policies.minimum_ratio * product_changes.previous_price

),

product_views as (

    select
        shopping_events.identifier_key,
        shopping_events.product_id,
        shopping_events.event_at
    from {{ ref('int_shopping_events') }} as shopping_events
    cross join clock
    where
        shopping_events.event_type = 'product_view'
        and not shopping_events.is_bot
        and shopping_events.event_at < clock.as_of_at

),

last_views as (

    select
        changes.trigger_name,
        changes.product_id,
        changes.changed_at,
        changes.change_ended_at,
        product_views.identifier_key,
        max(product_views.event_at) as last_viewed_at
    from changes
    inner join product_views
        on
            changes.product_id = product_views.product_id
            and changes.changed_at > product_views.event_at
            and changes.changed_at <= {{ dbt.dateadd('minute', 'changes.window_minutes', 'product_views.event_at') }}
    group by
        changes.trigger_name,
        changes.product_id,
        changes.changed_at,
        changes.change_ended_at,
        product_views.identifier_key

),

final as (

    select
        last_views.trigger_name,
        identity_map.component_key as customer_key,
        'product' as subject_type,
        last_views.product_id as subject_id,
        last_views.changed_at as signalled_at,
        last_views.change_ended_at as condition_ended_at,
        max(last_views.last_viewed_at) as condition_started_at
    from last_views
    inner join identity_map
        on last_views.identifier_key = identity_map.identifier_key
    group by
        last_views.trigger_name,
        identity_map.component_key,
        last_views.product_id,
        last_views.changed_at,
        last_views.change_ended_at

)

select * from final
