{#
    The digits of a phone number from the country code on. A number without one is taken as a number of the row's country, with or
    without its trunk prefix; null when that country is unknown or the digits fit neither form.

    dialled: a column made by the macro dialled_digits. country: the alias of the seed countries, left joined on the row's country.
#}
{% macro international_digits(dialled, country) -%}
    case
        when {{ dialled }} like '+%' then substr({{ dialled }}, 2)
        when {{ dialled }} like '00%' then substr({{ dialled }}, 3)
        when {{ dialled }} like '011%' and {{ country }}.calling_code = '1' then substr({{ dialled }}, 4)
        when
            {{ country }}.trunk_prefix is not null
            and {{ dialled }} like {{ country }}.trunk_prefix || '%'
            then {{ country }}.calling_code || substr({{ dialled }}, length({{ country }}.trunk_prefix) + 1)
        when
            {{ dialled }} like {{ country }}.calling_code || '%'
            and ({{ country }}.trunk_prefix is not null or length({{ dialled }}) > {{ country }}.max_phone_digits)
            and length({{ dialled }}) - length({{ country }}.calling_code)
            between {{ country }}.min_phone_digits and {{ country }}.max_phone_digits
            then {{ dialled }}
        else {{ country }}.calling_code || {{ dialled }}
    end
{%- endmacro %}
