{#
    The contract of a source table, as its YAML declares it. One place for the people who deliver data and for the SQL that checks it.

    Returns a dictionary: columns (all names, in order), checks (one dictionary per column that has a rule: name, data_type,
    is_mandatory, accepted_values, pattern, is_email, is_plausible_time, arrival_column), key, delivery_key (the columns that tell one delivery of a
    row from another: the key, and for entities the time column too), optional_key_columns (key columns that may be empty).
#}
{% macro source_contract(source_name, table_name) %}
    {% set contract = {'columns': [], 'checks': [], 'key': [], 'delivery_key': [], 'optional_key_columns': []} %}
    {% if execute %}
        {% set declared = graph.sources.values() | selectattr('source_name', 'equalto', source_name)
            | selectattr('name', 'equalto', table_name) | first %}
        {% set meta = declared.config.meta %}
        {% for column in declared.columns.values() %}
            {% set rules = column.config.meta %}
            {% do contract.columns.append(column.name) %}
            {% if rules %}
                {% do contract.checks.append(dict(rules, name=column.name, data_type=column.data_type)) %}
            {% endif %}
            {% if column.name in meta.key and not rules.is_mandatory %}
                {% do contract.optional_key_columns.append(column.name) %}
            {% endif %}
        {% endfor %}
        {% do contract.key.extend(meta.key) %}
        {% do contract.delivery_key.extend(meta.key + ([meta.time_column] if meta.kind == 'entity' else [])) %}
    {% endif %}
    {{ return(contract) }}
{% endmacro %}
