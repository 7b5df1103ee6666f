{#
    Stops a run on a warehouse that another version of this project has built: an incremental model keeps its table, so that a column
    that came or went would end in an engine's error in mid-build, after half of the models were written.
    The columns of a model are those of its YAML. A full refresh makes every table anew and is let through.
#}
{% macro require_current_columns() %}
    {% if not flags.FULL_REFRESH %}
        {% set tables = [] %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'incremental' %}
            {% do tables.append({
                'database': node.database,
                'schema': node.schema,
                'identifier': node.alias,
                'columns': node.columns.keys() | map('lower') | list + columns_added_by_engine(node.config)
            }) %}
        {% endfor %}
        {% set existing = existing_columns(tables) %}
        {% set different = [] %}
        {% for table in tables | sort(attribute='identifier') if relation_key(table) in existing %}
            {% set found = existing[relation_key(table)] %}
            {% set lacking = table.columns | reject('in', found) | list %}
            {% set left_over = found | reject('in', table.columns) | list %}
            {% if lacking or left_over %}
                {% do different.append(
                    table.identifier ~ (' lacks ' ~ lacking | join(', ') if lacking else '')
                    ~ (' and' if lacking and left_over else '') ~ (' still has ' ~ left_over | join(', ') if left_over else '')
                ) %}
            {% endif %}
        {% endfor %}
        {% if different %}
            {{ exceptions.raise_compiler_error(
                'This warehouse was built by another version of the project: ' ~ different | join('; ')
                ~ '. Nothing was written. Build it anew, which takes its time and loses nothing: dbt build --full-refresh'
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
