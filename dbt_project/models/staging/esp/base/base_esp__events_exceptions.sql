{{ delivery_exceptions(
    'esp', 'events',
    delivered=ref('base_esp__events_delivered'),
    delivery_key=['event_id'],
) }}
