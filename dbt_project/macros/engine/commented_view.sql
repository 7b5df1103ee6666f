{#
    Statements that make a view, or make it anew, with a comment.

    relation: the view. query: its SQL. comment: plain text without single quotes.
#}
{% macro commented_view(relation, query, comment) %}
    {{ return(adapter.dispatch('commented_view', 'audience360')(relation, query, comment)) }}
{% endmacro %}

{% macro default__commented_view(relation, query, comment) %}
    {{ return([
        'create or replace view ' ~ relation ~ ' as\n' ~ query,
        'comment on view ' ~ relation ~ " is '" ~ comment ~ "'",
    ]) }}
{% endmacro %}

{% macro spark__commented_view(relation, query, comment) %}
    {{ return(['create or replace view ' ~ relation ~ " comment '" ~ comment ~ "' as\n" ~ query]) }}
{% endmacro %}
