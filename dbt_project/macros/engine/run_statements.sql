{#
    Runs statements that return nothing, in order.

    statements: a list of SQL texts without semicolons at their ends.
#}
{% macro run_statements(statements) %}
    {{ return(adapter.dispatch('run_statements', 'audience360')(statements)) }}
{% endmacro %}

{# One call for all: a call costs more than a statement. #}
{% macro default__run_statements(statements) %}
    {% if statements %}
        {% do run_query(statements | join(';\n')) %}
    {% endif %}
{% endmacro %}

{# The Thrift protocol takes one statement at a time. #}
{% macro spark__run_statements(statements) %}
    {% for statement in statements %}
        {% do run_query(statement) %}
    {% endfor %}
{% endmacro %}
