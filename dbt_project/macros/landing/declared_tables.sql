{#
    The source tables of the graph, in a stable order.

    Arguments:
        kind: 'landing' for tables that are read from delivered files, 'managed' for tables that this project writes.
#}
{% macro declared_tables(kind) %}
    {% set tables = [] %}
    {% for table in graph.sources.values() | sort(attribute='unique_id') %}
        {% if (table.schema == 'landing_' ~ table.source_name) == (kind == 'landing') %}
            {% do tables.append(table) %}
        {% endif %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}
