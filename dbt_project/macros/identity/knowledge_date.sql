{#
    The date after which something is known: it counts for every as-of date later than this one. For a date D that is the same as
    "happened before D, and was loaded before D plus the grace", which is what features read events by.

    happened_at, loaded_at: SQL of type timestamp.
#}
{% macro knowledge_date(happened_at, loaded_at) -%}
    greatest(
        cast({{ happened_at }} as date),
        cast({{ dbt.dateadd('day', '-' ~ var('snapshot_grace_days'), 'cast(' ~ loaded_at ~ ' as date)') }} as date)
    )
{%- endmacro %}
