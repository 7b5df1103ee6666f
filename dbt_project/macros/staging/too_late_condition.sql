{#
    Whether an accepted row of a behaviour table is too late, by the columns of its base model; false for every other table.

    source_name, table_name: the declared source table.
#}
{% macro too_late_condition(source_name, table_name) -%}
    {%- set event_times = {
        'web.events': skew_corrected('event_at', 'received_at'),
        'web.identifies': 'identified_at',
        'esp.events': 'event_at',
    } -%}
    {%- set event_at = event_times.get(source_name ~ '.' ~ table_name) -%}
    {{ is_too_late('(' ~ event_at ~ ')') if event_at else 'false' }}
{%- endmacro %}
