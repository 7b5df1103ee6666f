{#
    The relation of a declared source table, for hooks: they run outside the graph and may not call source().

    Arguments:
        source_name, table_name: the declared source table.
#}
{% macro landing_source(source_name, table_name) %}
    {% set table = graph.sources.values() | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name) | first %}
    {{ return(api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier)) }}
{% endmacro %}
