{#
    What is known of a run of events of a device: the columns of int_web_visit_pieces that are sums and limits of its events.

    Reads event_type, event_at, account_key, dwell_seconds, event_order, _loaded_at and _file_id.
#}
{% macro visit_measures() -%}
    min(account_key) as account_key,
    min(event_at) as first_event_at,
    max(event_at) as last_event_at,
    count(*) as event_count,
    count(case when event_type = 'page_view' then 1 end) as page_view_count,
    count(case when event_type = 'product_view' then 1 end) as product_view_count,
    count(case when event_type = 'search' then 1 end) as search_count,
    count(case when event_type = 'add_to_cart' then 1 end) as add_to_cart_count,
    count(case when event_type = 'checkout_started' then 1 end) as checkout_started_count,
    count(case when event_type = 'purchase' then 1 end) as purchase_count,
    cast(coalesce(sum(dwell_seconds), 0) as decimal(18, 3)) as dwell_seconds,
    max(case when event_type = 'product_view' then event_at end) as last_product_view_at,
    min(_loaded_at) as first_loaded_at,
    max(_loaded_at) as last_loaded_at,
    max(_file_id) as last_file_id,
    min(event_order) as first_event_order
{%- endmacro %}
