{#
    In a table that a materialisation keeps, takes out the rows whose key is in one table and puts in the rows of another. Where the
    engine has no transactions a crash may leave it half done: the caller has to notice (see connected_components_materialization).

    relation: the table. columns: its columns in their order. key_columns: those that are compared. stale_sql: query for the keys of the
    rows to take out, or none for no rows. fresh: relation, or query with an alias, with the rows to put in; neither query may read the
    table. statement_name: what dbt calls the statement.
#}
{% macro replace_keyed_rows(relation, columns, key_columns, stale_sql, fresh, statement_name) %}
    {{ return(adapter.dispatch('replace_keyed_rows', 'audience360')(relation, columns, key_columns, stale_sql, fresh, statement_name)) }}
{% endmacro %}

{% macro default__replace_keyed_rows(relation, columns, key_columns, stale_sql, fresh, statement_name) %}
    {%- call statement(statement_name) -%}
        {%- if stale_sql is not none -%}
            delete from {{ relation }}
            where exists (
                select 1
                from ({{ stale_sql }}) as stale_rows
                where {% for column in key_columns %}stale_rows.{{ column }} = {{ relation }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
            );
        {% endif %}
        insert into {{ relation }} ({{ columns | join(', ') }})
        select {{ columns | join(', ') }} from {{ fresh }}
    {%- endcall -%}
{% endmacro %}

{# Parquet tables only grow: to take rows out the table is written anew and swapped. #}
{% macro spark__replace_keyed_rows(relation, columns, key_columns, stale_sql, fresh, statement_name) %}
    {%- set column_list = columns | join(', ') -%}
    {%- if stale_sql is none -%}
        {%- call statement(statement_name) -%}
            insert into {{ relation }} select {{ column_list }} from {{ fresh }}
        {%- endcall -%}
    {%- else -%}
        {%- set kept_and_fresh -%}
            select {{ column_list }}
            from {{ relation }} as kept
            left anti join ({{ stale_sql }}) as stale_rows
                on {% for column in key_columns %}stale_rows.{{ column }} = kept.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
            union all
            select {{ column_list }} from {{ fresh }}
        {%- endset -%}
        {%- do replace_spark_table(relation, relation, kept_and_fresh) -%}
    {%- endif -%}
{% endmacro %}
