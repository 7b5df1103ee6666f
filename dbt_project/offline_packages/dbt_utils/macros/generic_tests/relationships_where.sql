{#
    Fails for every value that the other relation does not have, both sides filtered; nulls pass.

    Arguments:
        to: the other relation.
        field: its column.
        from_condition, to_condition: which rows count on either side.
#}
{% test relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
    {{ return(adapter.dispatch('test_relationships_where', 'dbt_utils')(model, column_name, to, field, from_condition, to_condition)) }}
{% endtest %}

{% macro default__test_relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
    with

    child_rows as (

        select {{ column_name }} as id
        from {{ model }}
        where {{ column_name }} is not null and {{ from_condition }}

    ),

    parent_rows as (

        select {{ field }} as id
        from {{ to }}
        where {{ field }} is not null and {{ to_condition }}

    )

    select child_rows.id, parent_rows.id as right_id
    from child_rows
    left join parent_rows
        on child_rows.id = parent_rows.id
    where parent_rows.id is null
{% endmacro %}
