{#
    A table of the ops store as a relation, for statements that write to it. Reading goes through source() and stg_ops__ models.

    name: a table of the dbt source `ops`.
#}
{% macro ops_relation(name) %}
    {% for node in graph.sources.values() if node.source_name == 'ops' and node.name == name %}
        {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.identifier)) }}
    {% endfor %}
    {% do exceptions.raise_compiler_error('The source ops declares no table ' ~ name) %}
{% endmacro %}
