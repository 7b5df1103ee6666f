{#
    Query for the rows of a relation about customers on dates that a model of strategy replace_dates makes anew; all in a full build.

    relation: has columns customer_id and as_of_date.
#}
{% macro due_rows(relation) -%}
    select relation_rows.*
    from {{ relation }} as relation_rows
    {%- if is_incremental() %}
    inner join {{ beside(this, 'due') }} as due
        on
            relation_rows.customer_id = due.customer_id
            and relation_rows.as_of_date = due.as_of_date
    {%- endif %}
{%- endmacro %}
