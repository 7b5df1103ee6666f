{#
    Makes one view per landing table over exactly the registered files. A view whose text did not change is left alone: its
    comment holds the md5 of its text.

    Arguments:
        plan: what plan_landing() returned.
#}
{% macro create_landing_views(plan) %}
    {% set current = {} %}
    {% for row in run_query(existing_view_comments_sql()).rows %}
        {% do current.update({row[0]: row[1]}) %}
    {% endfor %}
    {% set groups = {} %}
    {% for table in plan.tables %}
        {% do groups.update({table.source_name ~ '.' ~ table.table_name: table.groups}) %}
    {% endfor %}
    {% set statements = [] %}
    {% for table in declared_tables('landing') %}
        {% set relation = api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier) %}
        {% set query = landing_query(table, groups[table.source_name ~ '.' ~ table.name], plan) %}
        {% set fingerprint = local_md5(query) %}
        {% if current.get([table.database, table.schema, table.identifier] | join('.') | lower) != fingerprint %}
            {% do statements.append('create schema if not exists ' ~ relation.without_identifier()) %}
            {% do statements.append('create or replace view ' ~ relation ~ ' as\n' ~ query) %}
            {% do statements.append('comment on view ' ~ relation ~ " is '" ~ fingerprint ~ "'") %}
        {% endif %}
    {% endfor %}
    {% if statements %}
        {% do run_query(statements | join(';\n')) %}
    {% endif %}
{% endmacro %}
