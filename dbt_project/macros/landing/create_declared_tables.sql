{#
    Makes the tables that this project writes and reads back as sources (`ml`, `ops`), with the YAML columns as the only DDL.
    A column that was declared later is added; nothing is ever dropped.
#}
{% macro create_declared_tables() %}
    {% set tables = declared_tables('managed') %}
    {% set existing = existing_columns(tables) %}
    {% set statements = {} %}
    {% for table in tables %}
        {% set relation = api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier) %}
        {% set found = existing.get(relation_key(table)) %}
        {% set ours = statements.setdefault(table.database, []) %}
        {% if found is none %}
            {% set columns = [] %}
            {% for column in table.columns.values() %}
                {% do columns.append(adapter.quote(column.name) ~ ' ' ~ column.data_type) %}
            {% endfor %}
            {% do ours.append('create schema if not exists ' ~ relation.without_identifier()) %}
            {% do ours.append('create table if not exists ' ~ relation ~ ' (' ~ columns | join(', ') ~ ')') %}
        {% else %}
            {% for column in table.columns.values() if column.name | lower not in found %}
                {% do ours.append('alter table ' ~ relation ~ ' add column ' ~ adapter.quote(column.name) ~ ' ' ~ column.data_type) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% for database, ours in statements.items() %}
        {% do run_statements(ours) %}
    {% endfor %}
{% endmacro %}
