{#
    Whether a stored value is there and could not be read; an empty text counts as no value.

    Arguments:
        reading: the way of reading.
        stored_value: SQL of the stored value.
        value: SQL of the value read.
#}
{% macro landing_failure(reading, stored_value, value) %}
    {% if reading == 'finite' %}
        {{ return('not ' ~ is_finite(stored_value)) }}
    {% elif reading.startswith('text_') %}
        {{ return('(trim(' ~ stored_value ~ ") <> '' and " ~ value ~ ' is null)') }}
    {% endif %}
    {{ return('(' ~ stored_value ~ ' is not null and ' ~ value ~ ' is null)') }}
{% endmacro %}
