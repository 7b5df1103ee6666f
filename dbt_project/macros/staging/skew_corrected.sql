{#
    The time of a web event: the device's clock, or the reception where that clock was ahead by more than var max_clock_skew_minutes.

    event_at, received_at: columns of type timestamp; the second may be null.
#}
{% macro skew_corrected(event_at, received_at) -%}
    case
        when {{ event_at }} > {{ received_at }} + interval '{{ var("max_clock_skew_minutes") }}' minute then {{ received_at }}
        else {{ event_at }}
    end
{%- endmacro %}
