with

product_versions as (

    select * from {{ ref('int_product_versions') }}

),

compared_versions as (

    select
        product_id,
        category,
        subcategory,
        unit_cost,
        currency,
        valid_from,
        valid_to,
        version_number = 1
        or category is distinct from lag(category) over (
            partition by product_id
            order by version_number
        )
        or subcategory is distinct from lag(subcategory) over (
            partition by product_id
            order by version_number
        )
        or unit_cost is distinct from lag(unit_cost) over (
            partition by product_id
            order by version_number
        )
        or currency is distinct from lag(currency) over (
            partition by product_id
            order by version_number
        ) as is_other
    from product_versions

),

changes as (

    select * from compared_versions
    where is_other

),

final as (

    select
        product_id,
        category,
        subcategory,
        unit_cost,
        currency,
        valid_from,
        lead(valid_from, 1, timestamp '9999-12-31 00:00:00') over (
            partition by product_id
            order by valid_from
        ) as valid_to
    from changes

)

select * from final
