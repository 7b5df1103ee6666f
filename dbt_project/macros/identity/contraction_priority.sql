{#-
    A different pseudo-random order of the same keys in every round: a permutation of 0 … 2^60 - 1 (one Feistel round over two halves
    of 30 bits, all in exact bigint arithmetic; the round function is a product of two affine maps, since a single one keeps the order of
    consecutive keys too regular). Because it is a permutation no two keys tie. Round 1 keeps the order of the keys themselves: identifier
    keys are digests, so that order is random already.
    key: SQL of type bigint, at least 0 and below 2^60.
    round_number: counts from 1.
-#}
{% macro contraction_priority(key, round_number) -%}
    {%- set half = 2 ** 30 -%}
    {%- set low = key ~ ' % ' ~ half -%}
    {%- set high = 'cast((' ~ key ~ ' - ' ~ low ~ ') / ' ~ half ~ ' as bigint)' -%}
    {%- set first_slope = (round_number * 715827883) % half // 2 * 2 + 1 -%}
    {%- set first_offset = (round_number * 521288629) % half -%}
    {%- set second_slope = (round_number * 443456521) % half // 2 * 2 + 1 -%}
    {%- set second_offset = (round_number * 362436069) % half -%}
    {%- set first_factor = '(' ~ low ~ ' * ' ~ first_slope ~ ' + ' ~ first_offset ~ ') % ' ~ half -%}
    {%- set second_factor = '(' ~ low ~ ' * ' ~ second_slope ~ ' + ' ~ second_offset ~ ') % ' ~ half -%}
    {%- if round_number == 1 -%}
        {{ key }}
    {%- else -%}
        ({{ high }} + ({{ first_factor }}) * ({{ second_factor }}) % {{ half }}) % {{ half }} * {{ half }} + {{ low }}
    {%- endif -%}
{%- endmacro %}
