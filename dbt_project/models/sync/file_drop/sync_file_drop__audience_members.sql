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

final as (

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
        cast(members.cart_value as decimal(18, 2)) as cart_value,
        offer_code,
        experiment_id
    from members

)

select * from final
