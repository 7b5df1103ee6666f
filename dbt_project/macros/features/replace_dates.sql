{#-
    Incremental strategy replace_dates: rows of dates that are not kept, and of customers who are made anew on kept ones, are taken out, and
    those that are there now are put in (see plan_dates).
-#}
{% macro get_incremental_replace_dates_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }}
    where as_of_date not in (select plan.as_of_date from {{ beside(this, 'plan') }} as plan where plan.is_kept);

    delete from {{ target }}
    where exists (
        select 1
        from {{ beside(this, 'due') }} as due
        where
            due.customer_id = {{ target }}.customer_id
            and due.as_of_date = {{ target }}.as_of_date
    );

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
