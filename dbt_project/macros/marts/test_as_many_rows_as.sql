{#-
    Data test: the model has as many rows as another relation, so that no join has lost or multiplied any. Unlike the
    package's row-count test it also holds when both are empty.
    compare_model: the other relation.
-#}
{% test as_many_rows_as(model, compare_model) -%}
with

model_rows as (

    select count(*) as row_count
    from {{ model }}

),

compared_rows as (

    select count(*) as row_count
    from {{ compare_model }}

)

select
    model_rows.row_count,
    compared_rows.row_count as compared_row_count
from model_rows
cross join compared_rows
where model_rows.row_count <> compared_rows.row_count
{%- endtest %}
