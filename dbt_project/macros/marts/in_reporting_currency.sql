{#-
    An amount in the reporting currency, rounded to cents. The wider type keeps the product exact on every engine: 19 and 18 digits
    multiply into 38 at most.
    amount: SQL of type decimal(18, 4) in the original currency. rate: SQL of type decimal(18, 10), see int_exchange_rates.
-#}
{% macro in_reporting_currency(amount, rate) -%}
    cast(cast({{ amount }} as decimal(19, 4)) * {{ rate }} as decimal(18, 2))
{%- endmacro %}
