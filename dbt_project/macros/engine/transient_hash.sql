{#
    A fast 64-bit hash of some columns, for grouping and joining inside one statement only. Engines and versions differ in it and
    different rows may share it: never store it, never let a result depend on it. For a lasting number see identifier_hash.

    columns: a list of column names or expressions.
#}
{% macro transient_hash(columns) -%}
    {{ return(adapter.dispatch('transient_hash', 'audience360')(columns)) }}
{%- endmacro %}

{% macro default__transient_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__transient_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
