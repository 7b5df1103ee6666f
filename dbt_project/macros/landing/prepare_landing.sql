{#
    The on-run-start hook: makes everything exist that sources name, before any model reads it.

    0. A data folder with variables of its own is only built with those, a warehouse of another version only in full.
    1. Empty typed tables for the sources that are written by Python and by models (schemas `ml` and `ops`).
    2. The secret that customer ids derive from.
    3. The file register: new files in the landing folder are looked into and registered, in one transaction.
    4. One view per landing table over exactly the registered files.

    The first three write to `ops` or are repeatable, the views derive from the register: a crash between them leaves nothing
    that the next run does not complete. All errors of all tables are reported together, before anything is written.
#}
{% macro prepare_landing() %}
    {% if execute %}
        {{ return(adapter.dispatch('prepare_landing', 'audience360')()) }}
    {% endif %}
{% endmacro %}

{% macro default__prepare_landing() %}
    {% do require_kept_variables(run_query('select a360_kept_variables()').rows[0][0]) %}
    {% do require_current_columns() %}
    {% do create_declared_tables() %}
    {% do keep_identity_key() %}
    {% set plan = plan_landing() %}
    {% do register_landing_files(plan) %}
    {% do create_landing_views(plan) %}
{% endmacro %}

{#
    A cluster cannot call into this project's Python. `python -m orchestration.spark_landing`, which `make build TARGET=spark` runs
    first, does steps 2 and 3 and leaves its plan in the table landing.plan; here it is checked and carried out. New files wait until
    that step has registered them.
#}
{% macro spark__prepare_landing() %}
    {% set plan = read_landing_plan() %}
    {% do require_kept_variables(plan.kept_variables) %}
    {% do require_current_columns() %}
    {% do create_declared_tables() %}
    {% do create_landing_views(plan) %}
{% endmacro %}
