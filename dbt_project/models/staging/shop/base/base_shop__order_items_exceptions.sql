{{ delivery_exceptions(
    'shop', 'order_items',
    delivered=ref('base_shop__order_items_delivered'),
    delivery_key=['order_item_id'],
    file_register=ref('base_ops__file_register'),
) }}
