{#-
    Data test over several columns in one pass: none of them is ever below zero. Fails with one row: the smallest value of each column.
    column_names: list of numeric column names.
-#}
{% test never_negative(model, column_names) -%}
with

smallest_values as (

    select
        {%- for column_name in column_names %}
        min({{ column_name }}) as {{ column_name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}

)

select *
from smallest_values
where
    {%- for column_name in column_names %}
    {{ 'or ' if not loop.first }}{{ column_name }} < 0
    {%- endfor %}
{%- endtest %}
