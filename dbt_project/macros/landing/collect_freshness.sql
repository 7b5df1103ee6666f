{#
    How old a source is, for `dbt source freshness`: measured from the project's clock, not from the wall clock, so that a demo
    world or a replayed day is judged by its own time. The age of a landing table is that of its newest registered file. A table
    without any row is optional and absent (a required one stops the run before this), and counts as fresh.

    The clock is the var as_of_at, else int_clock of the last build, else the wall clock.

    Arguments: as dbt's own macro of this name, which this one takes the place of.
        source: relation of the source table.
        loaded_at_field: column with the load time.
        filter: condition, or none.
#}
{% macro default__collect_freshness(source, loaded_at_field, filter) %}
    {% set register = landing_source('ops', 'file_register') %}
    {% set clock = adapter.get_relation(database=target.database, schema='intermediate', identifier='int_clock') %}
    {% if var('as_of_at') %}
        {% set as_of_at = "cast('" ~ var('as_of_at') ~ "' as timestamp)" %}
    {% elif clock is not none %}
        {% set as_of_at = '(select as_of_at from ' ~ clock ~ ')' %}
    {% else %}
        {% set as_of_at = landing_now() %}
    {% endif %}
    {% call statement('collect_freshness', fetch_result=true, auto_begin=false) %}
        select
            coalesce(
                {% if source.schema.startswith('landing_') %}
                (
                    select max(loaded_at)
                    from {{ register }}
                    where
                        source_name = '{{ source.schema | replace('landing_', '') }}'
                        and table_name = '{{ source.identifier }}'
                        and vanished_at is null
                ),
                {% else %}
                (select max({{ loaded_at_field }}) from {{ source }} {{ 'where ' ~ filter if filter }}),
                {% endif %}
                {{ as_of_at }}
            ) as max_loaded_at,
            {{ as_of_at }} as snapshotted_at
    {% endcall %}
    {{ return(load_result('collect_freshness')) }}
{% endmacro %}
