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

{% macro snowflake__epoch_micros(expression) -%}
    date_part(epoch_microsecond, {{ expression }})
{%- endmacro %}

{% macro bigquery__epoch_micros(expression) -%}
    unix_micros(timestamp({{ expression }}))
{%- endmacro %}

{# Redshift's epoch is in whole seconds. #}
{% macro redshift__epoch_micros(expression) -%}
    (cast(extract(epoch from {{ expression }}) as bigint) * 1000000 + extract(microsecond from {{ expression }}))
{%- endmacro %}
