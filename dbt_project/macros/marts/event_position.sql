{#
    Where an event was delivered, as one number: file and row. The end of what event_order() makes, as a bigint, which is cheaper to join by:
    room for nine thousand million files of a thousand million rows.

    event_order, event_at: the number that event_order() made, and the time of that event, to take the position out of it; without them the
    macro reads _file_id and _row_number.
#}
{% macro event_position(event_order=none, event_at=none) -%}
    {%- if event_order -%}
        cast({{ event_order }} - cast({{ epoch_micros(event_at) }} as decimal(38, 0)) * 10000000000000000000000 as bigint)
    {%- else -%}
        _file_id * 1000000000 + _row_number
    {%- endif -%}
{%- endmacro %}
