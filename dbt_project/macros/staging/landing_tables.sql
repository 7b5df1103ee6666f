{#
    All landing tables, as (source name, table name, key column): written out, because dbt must know at parse time what a model reads. A test
    compares the list with the declared sources.
#}
{% macro landing_tables() %}
    {{ return([
        ('crm', 'contacts', 'contact_id'),
        ('crm', 'loyalty_accounts', 'loyalty_id'),
        ('crm', 'consent_events', 'consent_event_id'),
        ('crm', 'preferences', 'contact_id'),
        ('crm', 'email_verdicts', 'verdict_id'),
        ('shop', 'customers', 'shop_customer_id'),
        ('shop', 'products', 'product_id'),
        ('shop', 'orders', 'order_id'),
        ('shop', 'order_items', 'order_item_id'),
        ('shop', 'refunds', 'refund_id'),
        ('shop', 'shipments', 'shipment_id'),
        ('web', 'events', 'event_id'),
        ('web', 'identifies', 'identify_id'),
        ('esp', 'campaigns', 'campaign_id'),
        ('esp', 'messages', 'message_id'),
        ('esp', 'events', 'event_id'),
        ('esp', 'suppressions', 'suppression_id'),
        ('third_party', 'demographics', 'email'),
        ('third_party', 'psychographics', 'email'),
    ]) }}
{% endmacro %}
