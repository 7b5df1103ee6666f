{#-
    Data test over several columns in one pass: none of them is ever null. Fails with one row: how many nulls each column has.
    column_names: list of column names.
-#}
{% test never_null(model, column_names) -%}
with

null_counts as (

    select
        {%- for column_name in column_names %}
        count(*) - count({{ column_name }}) as {{ column_name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}

)

select *
from null_counts
where
    {%- for column_name in column_names %}
    {{ 'or ' if not loop.first }}{{ column_name }} > 0
    {%- endfor %}
{%- endtest %}
