with

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

identifier_sums as (

    select
        identifier_key,
        {{ exact_sum(transient_hash([
            'event_date',
            'load_date',
            'session_count',
            'page_view_count',
            'product_view_count',
            'search_count',
            'add_to_cart_count',
            'checkout_started_count',
            'purchase_count',
            'dwell_seconds',
            'first_event_at',
            'last_event_at',
            'last_product_view_at',
        ])) }} as input_sum
    from {{ ref('int_web_days') }}
    where not is_bot
    group by identifier_key

),

final as (

    select
        identity_map.customer_id,
        cast(sum(identifier_sums.input_sum) as decimal(38, 0)) as input_digest
    from identifier_sums
    inner join identity_map
        on identifier_sums.identifier_key = identity_map.identifier_key
    group by identity_map.customer_id

)

select * from final
