{#
    The hour of the day, 0 to 23, of a UTC timestamp by the clocks of a time zone, daylight saving time included.

    utc_timestamp: a timestamp in UTC. time_zone: an IANA name, not null.
#}
{% macro local_hour(utc_timestamp, time_zone) %}
    {{- adapter.dispatch('local_hour', 'audience360')(utc_timestamp, time_zone) -}}
{% endmacro %}

{% macro default__local_hour(utc_timestamp, time_zone) -%}
    extract(hour from ({{ utc_timestamp }} at time zone 'UTC') at time zone {{ time_zone }})
{%- endmacro %}

{% macro spark__local_hour(utc_timestamp, time_zone) -%}
    hour(from_utc_timestamp({{ utc_timestamp }}, {{ time_zone }}))
{%- endmacro %}
