{#-
    An amount in the reporting currency, rounded to cents.
    amount: SQL of type decimal(18, 4) in the original currency. rate: SQL of type decimal(18, 10), see int_exchange_rates.
-#}
{% macro in_reporting_currency(amount, rate) -%}
    {{ converted_amount(amount, rate, 2) }}
{%- endmacro %}
