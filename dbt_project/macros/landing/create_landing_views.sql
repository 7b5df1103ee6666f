{#
    Makes one view per landing table over exactly the registered files. A view whose text did not change is left alone: its
    comment holds the md5 of its text.

    Arguments:
        plan: what plan_landing() returned.
#}
{% macro create_landing_views(plan) %}
    {% set tables = declared_tables('landing') %}
    {% set current = existing_view_comments(tables) %}
    {% set groups = {} %}
    {% for table in plan.tables %}
        {% do groups.update({table.source_name ~ '.' ~ table.table_name: table.groups}) %}
    {% endfor %}
    {% set statements = [] %}
    {% for table in tables %}
        {% set relation = api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier) %}
        {% set query = landing_query(table, groups[table.source_name ~ '.' ~ table.name], plan) %}
        {% set fingerprint = local_md5(query) %}
        {% if current.get(relation_key(table)) != fingerprint %}
            {% do statements.append('create schema if not exists ' ~ relation.without_identifier()) %}
            {% do statements.extend(commented_view(relation, query, fingerprint)) %}
        {% endif %}
    {% endfor %}
    {% do run_statements(statements) %}
{% endmacro %}
