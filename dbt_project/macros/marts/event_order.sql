{#
    A number by which events are put in order: by time, then as they were delivered, by file and row. No two events share one, so that the
    smallest of several names the first of them. decimal(38, 0): microseconds up to the year 2286, 13 digits for the file and 9 for the row.

    event_at: SQL of type timestamp, later than 1970. Reads _file_id and _row_number.
#}
{% macro event_order(event_at) -%}
    cast({{ epoch_micros(event_at) }} as decimal(38, 0)) * 10000000000000000000000
    + cast(_file_id as decimal(38, 0)) * 1000000000
    + _row_number
{%- endmacro %}
