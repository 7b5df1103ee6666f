{#
    A phone number in E.164, such as +442079460000, or null when it cannot be one. Lengths are checked for numbers of the row's
    country, and only against E.164 itself for others. A trunk 0 that was kept behind the country code is dropped.

    digits: a column made by the macro international_digits. country: the alias of the seed countries, left joined on the row's country.
#}
{% macro phone_e164(digits, country) -%}
    case
        when not {{ matches_pattern(digits, '^[1-9][0-9]{6,14}$') }} then null
        when {{ country }}.calling_code is null or {{ digits }} not like {{ country }}.calling_code || '%' then '+' || {{ digits }}
        when
            {{ country }}.trunk_prefix = '0'
            and {{ digits }} like {{ country }}.calling_code || '0%'
            and length({{ digits }}) - length({{ country }}.calling_code) - 1
            between {{ country }}.min_phone_digits and {{ country }}.max_phone_digits
            then '+' || {{ country }}.calling_code || substr({{ digits }}, length({{ country }}.calling_code) + 2)
        when
            length({{ digits }}) - length({{ country }}.calling_code)
            between {{ country }}.min_phone_digits and {{ country }}.max_phone_digits
            then '+' || {{ digits }}
    end
{%- endmacro %}
