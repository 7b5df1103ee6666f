{#
    The columns that exist: a dictionary from the full lower-case name of a relation to a list of lower-case column names.

    tables: declared source tables that the caller asks about; an engine may return others too.
#}
{% macro existing_columns(tables) %}
    {{ return(adapter.dispatch('existing_columns', 'audience360')(tables)) }}
{% endmacro %}

{% macro default__existing_columns(tables) %}
    {% set query %}
        select lower(concat_ws('.', database_name, schema_name, table_name)), lower(column_name)
        from duckdb_columns()
        where not internal
    {% endset %}
    {% set existing = {} %}
    {% for row in run_query(query).rows %}
        {% do existing.setdefault(row[0], []).append(row[1]) %}
    {% endfor %}
    {{ return(existing) }}
{% endmacro %}

{# Spark's catalog has no query for it: the tables of each schema are listed, then each is described. #}
{% macro spark__existing_columns(tables) %}
    {% set existing = {} %}
    {% for schema in tables | map(attribute='schema') | unique %}
        {% do run_query('create schema if not exists ' ~ schema) %}
        {% set names = run_query('show tables in ' ~ schema).rows | map(attribute=1) | map('lower') | list %}
        {% for table in tables if table.schema == schema and table.identifier | lower in names %}
            {% set columns = [] %}
            {% for row in run_query('show columns in ' ~ schema ~ '.' ~ table.identifier).rows %}
                {% do columns.append(row[0] | lower) %}
            {% endfor %}
            {% do existing.update({relation_key(table): columns}) %}
        {% endfor %}
    {% endfor %}
    {{ return(existing) }}
{% endmacro %}
