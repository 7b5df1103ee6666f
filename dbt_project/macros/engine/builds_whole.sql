{#
    What a model of strategy replace_touched has as its config full_refresh: true where it is always built whole, none where the command
    line decides. Whatever has no cheap way to replace some rows of a table, and no transaction that keeps the rows and what they were made
    from together, builds it whole.
#}
{% macro builds_whole() %}
    {{ return(adapter.dispatch('builds_whole', 'audience360')()) }}
{% endmacro %}

{% macro default__builds_whole() %}
    {{ return(true) }}
{% endmacro %}

{% macro duckdb__builds_whole() %}
    {{ return(none) }}
{% endmacro %}
