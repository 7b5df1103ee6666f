{#
    The views that exist with their comments: a dictionary from the full lower-case name of a view to its comment.

    tables: declared source tables that the caller asks about; an engine may return others too.
#}
{% macro existing_view_comments(tables) %}
    {{ return(adapter.dispatch('existing_view_comments', 'audience360')(tables)) }}
{% endmacro %}

{% macro default__existing_view_comments(tables) %}
    {% set query %}
        select lower(concat_ws('.', database_name, schema_name, view_name)), "comment"
        from duckdb_views()
        where not internal
    {% endset %}
    {% set comments = {} %}
    {% for row in run_query(query).rows %}
        {% do comments.update({row[0]: row[1]}) %}
    {% endfor %}
    {{ return(comments) }}
{% endmacro %}

{% macro spark__existing_view_comments(tables) %}
    {% set comments = {} %}
    {% for schema in tables | map(attribute='schema') | unique %}
        {% do run_query('create schema if not exists ' ~ schema) %}
        {% for row in run_query('show table extended in ' ~ schema ~ " like '*'").rows %}
            {% for line in row[3].splitlines() if line.startswith('Comment: ') %}
                {% do comments.update({(schema ~ '.' ~ row[1]) | lower: line[9:]}) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(comments) }}
{% endmacro %}
