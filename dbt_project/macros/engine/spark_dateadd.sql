{#
    Takes the place of dbt-spark's dateadd, which raises an error on null and drops fractions of a second. Null gives null, and the
    result is exact, as on the other engines.

    datepart: day, week, month, quarter, year, hour, minute or second. interval: SQL of a whole number.
    from_date_or_timestamp: SQL of type date or timestamp.
#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) %}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
    {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800} -%}
    {%- if datepart in months -%}
        ({{ from_date_or_timestamp }} + make_ym_interval(0, cast(({{ interval }}) * {{ months[datepart] }} as int)))
    {%- elif datepart in seconds -%}
        ({{ from_date_or_timestamp }} + make_dt_interval(0, 0, 0, ({{ interval }}) * {{ seconds[datepart] }}))
    {%- else -%}
        {{ exceptions.raise_compiler_error("dateadd takes no '" ~ datepart ~ "' on Spark") }}
    {%- endif -%}
{% endmacro %}
