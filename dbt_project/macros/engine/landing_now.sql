{# The time of the wall clock in UTC, without a time zone: for audit columns only. #}
{% macro landing_now() %}
    {{ return(adapter.dispatch('landing_now', 'audience360')()) }}
{% endmacro %}

{% macro default__landing_now() %}cast(now() at time zone 'UTC' as timestamp){% endmacro %}

{# The session's time zone is UTC (profiles.yml). #}
{% macro spark__landing_now() %}current_timestamp(){% endmacro %}
