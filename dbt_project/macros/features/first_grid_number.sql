{#
    The first date of the grid for whose features something counts that happened and was loaded then (see knowledge_date), as a bigint.

    happened_at, loaded_at: SQL of type date or timestamp.
#}
{% macro first_grid_number(happened_at, loaded_at) -%}
    {{ grid_number(knowledge_date(happened_at, loaded_at)) }} + 1
{%- endmacro %}
