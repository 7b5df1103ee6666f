{#
    Whether a row was loaded more than var max_lateness_days after its event: such a row is counted and left out of behaviour, in
    every build. A property of the row, so that a full rebuild and a daily run agree.

    event_at: SQL of type timestamp. relation: alias to read _loaded_at from, if any.
#}
{% macro is_too_late(event_at, relation=none) -%}
    {{ relation ~ '.' if relation }}_loaded_at > {{ event_at }} + interval '{{ var("max_lateness_days") }}' day
{%- endmacro %}
