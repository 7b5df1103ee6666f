{#-
    Whether so much time passed between two events of a device that the later one opens a new session: more than `session_gap_minutes`.
    earlier_at, later_at: SQL of type timestamp; null gives null.
-#}
{% macro is_after_a_gap(earlier_at, later_at) -%}
    {{ epoch_micros(later_at) }} - {{ epoch_micros(earlier_at) }} > {{ var('session_gap_minutes') }} * 60000000
{%- endmacro %}
