{#
    What the YAML of a landing table declares, for models and tests that treat all tables alike: columns (all names, in order) and
    categorical_columns (those with few values). Empty while dbt parses.

    source_name, table_name: the declared source table.
#}
{% macro source_contract(source_name, table_name) %}
    {% set contract = {'columns': [], 'categorical_columns': []} %}
    {% if execute %}
        {% set declared = graph.sources.values() | selectattr('source_name', 'equalto', source_name)
            | selectattr('name', 'equalto', table_name) | first %}
        {% for column in declared.columns.values() %}
            {% do contract.columns.append(column.name) %}
            {% if column.config.meta.is_categorical %}
                {% do contract.categorical_columns.append(column.name) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(contract) }}
{% endmacro %}
