with

recipients as (

    select * from {{ ref('audience_recipients') }}
    where audience_name = 'vip'

),

final as (

    select
        audience_name,
        customer_id,
        email,
        first_name,
        language_code,
        top_category,
        last_product_name,
        cast(null as {{ dbt.type_string() }}) as featured_product_id,
        cast(null as {{ dbt.type_string() }}) as featured_product_name,
        top_category as featured_category,
        cast(null as decimal(18, 2)) as cart_value,
        offer_code,
        experiment_id
    from recipients

)

select * from final
