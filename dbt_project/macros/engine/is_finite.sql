{#
    Whether a floating-point value is a number: neither infinite nor "not a number".

    Arguments:
        value: SQL expression.
#}
{% macro is_finite(value) %}
    {{ return(adapter.dispatch('is_finite', 'audience360')(value)) }}
{% endmacro %}

{% macro default__is_finite(value) %}
    {{ return('isfinite(' ~ value ~ ')') }}
{% endmacro %}

{% macro spark__is_finite(value) %}
    {{ return('(not isnan(' ~ value ~ ') and abs(' ~ value ~ ") < double('infinity'))") }}
{% endmacro %}
