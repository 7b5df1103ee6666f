{#
    Which date of the grid that training dates lie on is the last one that is not after a day, as a bigint: 0 for training_grid_date itself,
    negative before it.

    day: SQL of type date.
#}
{% macro grid_number(day) -%}
    cast(
        floor(
            cast({{ days_between("cast('" ~ var('training_grid_date') ~ "' as date)", 'cast(' ~ day ~ ' as date)') }} as double)
            / {{ var('training_date_step_days') }}
        ) as bigint
    )
{%- endmacro %}
