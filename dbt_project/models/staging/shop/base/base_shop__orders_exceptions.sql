{{ delivery_exceptions(
    'shop', 'orders',
    delivered=ref('base_shop__orders_delivered'),
    delivery_key=['order_id', 'updated_at'],
) }}
