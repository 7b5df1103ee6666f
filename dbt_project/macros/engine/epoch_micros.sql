{#-
    Microseconds between 1970-01-01 00:00 UTC and a timestamp, as a bigint: exact arithmetic on time.
    expression: SQL of type timestamp.
-#}
{% macro epoch_micros(expression) -%}
    {{ return(adapter.dispatch('epoch_micros', 'audience360')(expression)) }}
{%- endmacro %}

{% macro default__epoch_micros(expression) -%}
    epoch_us({{ expression }})
{%- endmacro %}

{% macro spark__epoch_micros(expression) -%}
    unix_micros({{ expression }})
{%- endmacro %}
