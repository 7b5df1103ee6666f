{#-
    A 60-bit integer from the md5 digest of a string: the same number on every engine and in every version, and small enough for a bigint.
    expression: SQL of type string.
-#}
{% macro identifier_hash(expression) -%}
    {{ return(adapter.dispatch('identifier_hash', 'audience360')(expression)) }}
{%- endmacro %}

{% macro default__identifier_hash(expression) -%}
    cast(('0x' || substr(md5({{ expression }}), 1, 15)) as bigint)
{%- endmacro %}

{% macro spark__identifier_hash(expression) -%}
    cast(conv(substr(md5({{ expression }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}
