with

accepted as (

    select * from {{ ref('base_shop__products') }}
    where _row_status = 'accepted'

),

versioned as (

    select
        *,
        lead(updated_at) over (partition by product_id order by updated_at) as valid_to
    from accepted

),

final as (

    select
        product_id,
        name,
        updated_at,
        updated_at as valid_from,
        valid_to,
        _loaded_at,
        nullif(trim(sku), '') as sku,
        nullif(lower(trim(category)), '') as category,
        nullif(lower(trim(subcategory)), '') as subcategory,
        nullif(trim(brand), '') as brand,
        case when price >= 0 then price end as price,
        case when unit_cost >= 0 then unit_cost end as unit_cost,
        nullif(upper(trim(currency)), '') as currency,
        case when stock_quantity >= 0 then stock_quantity end as stock_quantity,
        coalesce(is_active, true) as is_active,
        valid_to is null as is_current,
        nullif(concat_ws(
            ';',
            case when price < 0 then 'price' end,
            case when unit_cost < 0 then 'unit_cost' end,
            case when stock_quantity < 0 then 'stock_quantity' end
        ), '') as invalid_attributes
    from versioned

)

select * from final
