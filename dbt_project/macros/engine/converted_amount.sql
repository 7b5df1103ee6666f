{#
    An amount times an exchange rate, as decimal(18, places): exact, halves away from zero. 19 and 18 digits multiply into 38 at most, which
    every engine can hold. DuckDB takes twenty times as long to round a product of 128 bits as one of 64, and nearly every amount below a
    thousand has one of 64: the same digits either way.

    amount: SQL of a decimal with 4 decimal places. rate: SQL of type decimal(18, 10). places: a whole number.
#}
{% macro converted_amount(amount, rate, places) -%}
    {{ return(adapter.dispatch('converted_amount', 'audience360')(amount, rate, places)) }}
{%- endmacro %}

{% macro default__converted_amount(amount, rate, places) -%}
    cast(cast({{ amount }} as decimal(19, 4)) * {{ rate }} as decimal(18, {{ places }}))
{%- endmacro %}

{% macro duckdb__converted_amount(amount, rate, places) -%}
    case
        when {{ amount }} between -999 and 999 and {{ rate }} between 0 and 9
            then cast(cast({{ amount }} as decimal(7, 4)) * cast({{ rate }} as decimal(11, 10)) as decimal(18, {{ places }}))
        else {{ default__converted_amount(amount, rate, places) }}
    end
{%- endmacro %}
