{#
    A statement that copies a list of the plan into a table of `ops`.

    Arguments:
        table_name: the ops table; its declared columns are the keys of the list's objects.
        key: the list in the plan.
#}
{% macro insert_planned_rows(table_name, key) %}
    {% set structure = {} %}
    {% for column in (graph.sources.values() | selectattr('source_name', 'equalto', 'ops')
        | selectattr('name', 'equalto', table_name) | first).columns.values() %}
        {% do structure.update({column.name: column.data_type}) %}
    {% endfor %}
    {% set statement %}
        insert into {{ landing_source('ops', table_name) }} by name
        select unnest(planned_row)
        from (
            select unnest(from_json(json_extract(plan, '$.{{ key }}'), '[{{ tojson(structure) }}]')) as planned_row
            from landing_plan
        ) as planned_rows
    {% endset %}
    {{ return(statement) }}
{% endmacro %}
