{#
    The tables beside a relation whose names begin in a certain way, whoever has made them: a list of relations.

    relation: a relation in the schema to look in. prefix: lower-case beginning of the names.
#}
{% macro tables_named_like(relation, prefix) %}
    {{ return(adapter.dispatch('tables_named_like', 'audience360')(relation, prefix)) }}
{% endmacro %}

{% macro default__tables_named_like(relation, prefix) %}
    {% set query %}
        select table_name
        from information_schema.tables
        where lower(table_schema) = '{{ relation.schema | lower }}'
            and lower(table_catalog) = '{{ relation.database | lower }}'
            and lower(substr(table_name, 1, {{ prefix | length }})) = '{{ prefix }}'
    {% endset %}
    {% set found = [] %}
    {% for name in run_query(query).columns[0].values() %}
        {% do found.append(relation.incorporate(path={'identifier': name}, type='table')) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro spark__tables_named_like(relation, prefix) %}
    {% set found = [] %}
    {% for row in run_query('show tables in ' ~ relation.schema ~ " like '" ~ prefix ~ "*'").rows %}
        {% do found.append(relation.incorporate(path={'identifier': row[1]}, type='table')) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
