{#-
    A different pseudo-random order of the same keys in every round: a permutation of 0 … 2^60 - 1 (one Feistel round over two halves
    of 30 bits, all in exact bigint arithmetic; the round function is a product of two affine maps, since a single one keeps the order of
    consecutive keys too regular). Because it is a permutation no two keys tie, and contraction_key leads back to the key.
    key: SQL of type bigint, at least 0 and below 2^60.
    round_number: counts from 1.
-#}
{% macro contraction_priority(key, round_number) -%}
    {%- set half = 2 ** 30 -%}
    {%- if round_number <= contraction_ordered_rounds() -%}
        {{ key }}
    {%- else -%}
        ({{ _contraction_high(key) }} + {{ _contraction_offset(key, round_number) }}) % {{ half }} * {{ half }} + {{ key }} % {{ half }}
    {%- endif -%}
{%- endmacro %}

{#- The key that has a priority in a round. priority: SQL of type bigint. -#}
{% macro contraction_key(priority, round_number) -%}
    {%- set half = 2 ** 30 -%}
    {%- if round_number <= contraction_ordered_rounds() -%}
        {{ priority }}
    {%- else -%}
        ({{ _contraction_high(priority) }} + {{ half }} - {{ _contraction_offset(priority, round_number) }}) % {{ half }} * {{ half }}
        + {{ priority }} % {{ half }}
    {%- endif -%}
{%- endmacro %}

{#-
    The number of rounds, from the first, that keep the order of the keys themselves. Identifier keys are digests, so that order is random
    already, costs nothing, and names components after their smallest node (contraction_names_sql). Two such rounds leave 30 % fewer
    edges than one and a round in random order (measured on five million edges); keys in the worst order, along a chain, waste them.
-#}
{% macro contraction_ordered_rounds() -%}
    {{ return(2) }}
{%- endmacro %}

{#- The upper 30 bits; what is divided is a multiple of the divisor, so the quotient is exact in any number type. -#}
{% macro _contraction_high(key) -%}
    cast(({{ key }} - {{ key }} % {{ 2 ** 30 }}) / {{ 2 ** 30 }} as bigint)
{%- endmacro %}

{#- What a round adds to the upper half: a function of the lower half alone, from 0 to 2^30 - 1. -#}
{% macro _contraction_offset(key, round_number) -%}
    {%- set half = 2 ** 30 -%}
    {%- set first_slope = (round_number * 715827883) % half // 2 * 2 + 1 -%}
    {%- set first_shift = (round_number * 521288629) % half -%}
    {%- set second_slope = (round_number * 443456521) % half // 2 * 2 + 1 -%}
    {%- set second_shift = (round_number * 362436069) % half -%}
    (({{ key }} % {{ half }} * {{ first_slope }} + {{ first_shift }}) % {{ half }})
    * (({{ key }} % {{ half }} * {{ second_slope }} + {{ second_shift }}) % {{ half }}) % {{ half }}
{%- endmacro %}
