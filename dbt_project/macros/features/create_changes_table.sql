{#
    The table beside feature_customer_dates that lists what its runs have made anew, by generation, one more with every run: customers on
    dates, and whole dates, today in every run, in rows without a customer. What was made before the oldest generation is not known any more.

    customer_dates: relation of that model.
#}
{% macro create_changes_table(customer_dates) %}
    create table if not exists {{ beside(customer_dates, 'changes') }} (
        generation bigint,
        customer_id varchar,
        as_of_date date
    )
{% endmacro %}
