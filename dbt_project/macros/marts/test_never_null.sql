{#-
    Data test over several columns in one query: none of them is ever null. Fails with one row per column that is, and how often.
    column_names: list of column names.
-#}
{% test never_null(model, column_names) -%}
with

null_counts as (

    {% for column_name in column_names -%}
        select
            '{{ column_name }}' as column_name,
            count(*) - count({{ column_name }}) as null_count
        from {{ model }}
        {% if not loop.last -%}
            union all
        {% endif -%}
    {%- endfor %}

)

select *
from null_counts
where null_count > 0
{%- endtest %}
