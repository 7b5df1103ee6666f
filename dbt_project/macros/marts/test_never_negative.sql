{#-
    Data test over several columns in one query: none of them is ever below zero. Fails with one row per
    column that is, and its smallest value.
    column_names: list of numeric column names.
-#}
{% test never_negative(model, column_names) -%}
with

smallest_values as (

    {% for column_name in column_names -%}
        select
            '{{ column_name }}' as column_name,
            cast(min({{ column_name }}) as double) as smallest_value
        from {{ model }}
        {% if not loop.last -%}
            union all
        {% endif -%}
    {%- endfor %}

)

select *
from smallest_values
where smallest_value < 0
{%- endtest %}
