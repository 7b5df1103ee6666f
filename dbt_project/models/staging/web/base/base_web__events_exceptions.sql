{{ delivery_exceptions(
    'web', 'events',
    delivered=ref('base_web__events_delivered'),
    delivery_key=['event_id'],
) }}
