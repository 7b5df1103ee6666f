{#
    Makes the tables that this project writes and reads back as sources (`ml`, `ops`), with the YAML columns as the only DDL.
    A column that was declared later is added; nothing is ever dropped.
#}
{% macro create_declared_tables() %}
    {% set existing = {} %}
    {% for row in run_query(existing_columns_sql()).rows %}
        {% do existing.setdefault(row[0], []).append(row[1]) %}
    {% endfor %}
    {% set statements = {} %}
    {% for table in declared_tables('managed') %}
        {% set relation = api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier) %}
        {% set found = existing.get([table.database, table.schema, table.identifier] | join('.') | lower) %}
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
    {% for database, ours in statements.items() if ours %}
        {% do run_query(ours | join(';\n')) %}
    {% endfor %}
{% endmacro %}
