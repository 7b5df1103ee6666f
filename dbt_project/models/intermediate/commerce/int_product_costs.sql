with

product_versions as (

    select * from {{ ref('int_product_versions') }}

),

compared_versions as (

    select
        *,
        lag(category) over (
            partition by product_id
            order by version_number
        ) as previous_category,
        lag(subcategory) over (
            partition by product_id
            order by version_number
        ) as previous_subcategory,
        lag(unit_cost) over (
            partition by product_id
            order by version_number
        ) as previous_unit_cost,
        lag(currency) over (
            partition by product_id
            order by version_number
        ) as previous_currency
    from product_versions

),

-- Staging leaves no text blank and no cost negative, so these stand for "unknown".
changes as (

    select * from compared_versions
    where
        version_number = 1
        or coalesce(category, '') <> coalesce(previous_category, '')
        or coalesce(subcategory, '') <> coalesce(previous_subcategory, '')
        or coalesce(unit_cost, -1) <> coalesce(previous_unit_cost, -1)
        or coalesce(currency, '') <> coalesce(previous_currency, '')

),

digests as (

    select
        product_id,
        {{ identifier_hash(joined_text(
            "coalesce(category, '') || '|' || coalesce(subcategory, '') || '|' || coalesce(cast(unit_cost as string), '') || '|'"
            ~ " || coalesce(currency, '') || '|' || cast(" ~ epoch_micros('valid_from') ~ " as string)",
            ';',
            'valid_from'
        )) }} as cost_digest
    from changes
    group by product_id

),

final as (

    select
        changes.product_id,
        changes.category,
        changes.subcategory,
        changes.unit_cost,
        changes.currency,
        changes.valid_from,
        digests.cost_digest,
        lead(changes.valid_from, 1, timestamp '9999-12-31 00:00:00') over (
            partition by changes.product_id
            order by changes.valid_from
        ) as valid_to
    from changes
    inner join digests
        on changes.product_id = digests.product_id

)

select * from final
