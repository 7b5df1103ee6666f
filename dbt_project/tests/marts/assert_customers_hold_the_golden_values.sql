-- What dim_customers shows is what the golden record says, in both directions: no value without a source, none that was dropped.
with

golden_values as (

    select * from {{ ref('int_customer_golden_values') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

shown as (

    {% for attribute in [
        'first_name', 'last_name', 'gender', 'birth_date', 'language_code', 'time_zone',
        'city', 'postcode', 'region_code', 'country_code', 'acquisition_source', 'email', 'phone',
    ] %}
        select
            customer_id,
            '{{ attribute }}' as attribute_name,
            cast({{ attribute }} as {{ dbt.type_string() }}) as attribute_value
        from customers
        where {{ attribute }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    coalesce(shown.customer_id, golden_values.customer_id) as customer_id,
    coalesce(shown.attribute_name, golden_values.attribute_name) as attribute_name
from shown
full outer join golden_values
    on
        shown.customer_id = golden_values.customer_id
        and shown.attribute_name = golden_values.attribute_name
where
    shown.attribute_value is null
    or golden_values.attribute_value is null
    or shown.attribute_value <> golden_values.attribute_value
