with

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

oversized_components as (

    select * from {{ ref('int_identity_oversized_components') }}

),

refused_links as (

    select * from {{ ref('int_identity_refused_links') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

customers as (

    select
        customer_id,
        count(*) as identifier_count
    from identity_map
    where customer_id is not null
    group by customer_id

),

classified as (

    select
        'customers by identifiers' as measure_name,
        case
            when identifier_count <= 9 then '0' || cast(identifier_count as string)
            when identifier_count <= 19 then '10 to 19'
            when identifier_count <= 49 then '20 to 49'
            else '50 and more'
        end as class_name
    from customers

    union all

    select
        'identifiers by what became of them' as measure_name,
        identifier_type || ': '
        || case
            when is_junk then 'junk'
            when is_shared then 'shared'
            when customer_id is null then 'nobody knows whose'
            else 'of a customer'
        end as class_name
    from identity_map

    union all

    select
        'orders by customer' as measure_name,
        case when customer_id is null then 'without a customer' else 'of a customer' end as class_name
    from orders

    union all

    select
        'refused links by reason' as measure_name,
        refused_reason || coalesce(': ' || limited_type, '') as class_name
    from refused_links

    union all

    select
        'groups over a limit by type' as measure_name,
        limited_type as class_name
    from oversized_components

),

counted as (

    select
        measure_name,
        class_name,
        count(*) as row_count
    from classified
    group by
        measure_name,
        class_name

),

final as (

    select
        measure_name,
        class_name,
        row_count,
        {{ rounded('cast(row_count as double) / sum(row_count) over (partition by measure_name)', 6) }} as row_share
    from counted

)

select * from final
