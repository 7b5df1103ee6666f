{#
    All landing tables, as (source name, table name): written out, because dbt must know at parse time what a model reads. A test
    compares the list with the declared sources.
#}
{% macro landing_tables() %}
    {{ return([
        ('crm', 'contacts'),
        ('crm', 'loyalty_accounts'),
        ('crm', 'consent_events'),
        ('crm', 'preferences'),
        ('crm', 'email_verdicts'),
        ('shop', 'customers'),
        ('shop', 'products'),
        ('shop', 'orders'),
        ('shop', 'order_items'),
        ('shop', 'refunds'),
        ('shop', 'shipments'),
        ('web', 'events'),
        ('web', 'identifies'),
        ('esp', 'campaigns'),
        ('esp', 'messages'),
        ('esp', 'events'),
        ('esp', 'suppressions'),
        ('third_party', 'demographics'),
        ('third_party', 'psychographics'),
    ]) }}
{% endmacro %}
