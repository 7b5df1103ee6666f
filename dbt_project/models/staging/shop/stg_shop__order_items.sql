with

accepted as (

    select * from {{ ref('base_shop__order_items') }}
    where _row_status = 'accepted'

),

keyed as (

    select
        *,
        order_item_id as line_id
    from accepted
    where order_item_id <> ''

),

-- a shop without line keys: the place in the invoice, which does not depend on how the deliveries were cut
numbered as (

    select
        *,
        order_id || '-line-' || cast(row_number() over (partition by order_id order by _file_id, _row_number) as string) as line_id
    from accepted
    where order_item_id is null or order_item_id = ''

),

all_lines as (

    select * from keyed
    union all
    select * from numbered

),

final as (

    select
        line_id as order_item_id,
        order_id,
        product_id,
        quantity,
        unit_price,
        created_at,
        _loaded_at,
        _file_id,
        _file_path,
        nullif(trim(description), '') as description,
        coalesce(discount_amount, 0) as discount_amount,
        quantity < 0 as is_return,
        unit_price > 0 as has_positive_price
    from all_lines

)

select * from final
