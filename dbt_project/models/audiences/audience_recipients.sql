with

recipients as (

    select
        audience_name,
        customer_id,
        experiment_id
    from {{ ref('audience_assignments') }}
    where exclusion_reason is null

),

customers as (

    select * from {{ ref('dim_customer_360') }}

),

last_products as (

    select * from {{ ref('audience_last_products') }}

),

content as (

    select * from {{ ref('audience_content') }}

),

final as (

    select
        recipients.audience_name,
        recipients.customer_id,
        recipients.experiment_id,
        customers.email,
        customers.language_code,
        customers.top_category,
        last_products.last_product_id,
        last_products.last_product_name,
        last_products.last_product_category,
        coalesce(customers.first_name, own_language.first_name_fallback, any_language.first_name_fallback) as first_name,
        coalesce(own_language.offer_code, any_language.offer_code) as offer_code
    from recipients
    inner join customers
        on recipients.customer_id = customers.customer_id
    left join last_products
        on recipients.customer_id = last_products.customer_id
    left join content as own_language
        on
            recipients.audience_name = own_language.audience_name
            and customers.language_code = own_language.language_code
    left join content as any_language
        on
            recipients.audience_name = any_language.audience_name
            and any_language.language_code = '*'

)

select * from final
