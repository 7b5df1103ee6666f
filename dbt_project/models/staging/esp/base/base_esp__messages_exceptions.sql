{{ delivery_exceptions(
    'esp', 'messages',
    delivered=ref('base_esp__messages_delivered'),
    delivery_key=['message_id'],
) }}
