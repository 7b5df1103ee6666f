with

products as (

    select * from {{ ref('stg_shop__products') }}

),

ordered_versions as (

    select
        *,
        row_number() over (
            partition by product_id
            order by valid_from
        ) as version_number
    from products

),

final as (

    select
        product_id,
        version_number,
        is_current,
        name as product_name,
        category,
        subcategory,
        price,
        unit_cost,
        currency,
        -- The first version also stands for the time before it: a catalogue that starts late still has a category and a cost.
        case when version_number = 1 then timestamp '1900-01-01 00:00:00' else valid_from end as valid_from,
        coalesce(valid_to, timestamp '9999-12-31 00:00:00') as valid_to
    from ordered_versions

)

select * from final
