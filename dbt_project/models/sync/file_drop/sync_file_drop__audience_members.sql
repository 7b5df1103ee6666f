with

members as (

    {% for name in models_in_folder('models/audiences/campaigns') %}
        select
            audience_name,
            customer_id,
            email,
            first_name,
            language_code,
            top_category,
            last_product_name,
            featured_product_id,
            featured_product_name,
            featured_category,
            cart_value,
            offer_code,
            experiment_id
        from {{ ref(name) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- What the connector looks at once more comes from the customer, not from the audience that was built on it.
customers as (

    select
        customer_id,
        is_email_valid,
        has_email_marketing_consent,
        is_email_suppressed
    from {{ ref('dim_customers') }}

),

final as (

    select
        members.audience_name,
        members.customer_id,
        members.email,
        members.first_name,
        members.language_code,
        members.top_category,
        members.last_product_name,
        members.featured_product_id,
        members.featured_product_name,
        members.featured_category,
        cast(members.cart_value as decimal(18, 2)) as cart_value,
        members.offer_code,
        members.experiment_id,
        coalesce(customers.is_email_valid, false) as is_email_valid,
        coalesce(customers.has_email_marketing_consent, false) as has_email_marketing_consent,
        coalesce(customers.is_email_suppressed, true) as is_email_suppressed
    from members
    left join customers on members.customer_id = customers.customer_id

)

select * from final
