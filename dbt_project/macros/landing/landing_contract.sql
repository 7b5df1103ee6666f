{#
    What is declared of the landing tables, as a list of dictionaries: the request that orchestration/landing/plan.py plans by.
    orchestration/landing/declared.py reads the same from the YAML, where the plan is made before dbt starts.
#}
{% macro landing_contract() %}
    {% set tables = [] %}
    {% for table in declared_tables('landing') %}
        {% set columns = [] %}
        {% for column in table.columns.values() %}
            {% do columns.append({
                'name': column.name,
                'data_type': column.data_type,
                'is_optional': column.config.meta.get('is_optional', false),
                'is_mandatory': column.config.meta.get('is_mandatory', false),
            }) %}
        {% endfor %}
        {% do tables.append({
            'source_name': table.source_name,
            'table_name': table.name,
            'is_required': table.config.meta.get('is_required', false),
            'csv_delimiter': table.config.meta.get('csv_delimiter', ','),
            'columns': columns,
        }) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}
