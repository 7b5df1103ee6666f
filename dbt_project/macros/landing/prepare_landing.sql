{#
    The on-run-start hook: makes everything exist that sources name, before any model reads it.

    0. A data folder with variables of its own is only built with those.
    1. Empty typed tables for the sources that are written by Python and by models (schemas `ml` and `ops`).
    2. The secret that customer ids derive from.
    3. The file register: new files in the landing folder are looked into and registered, in one transaction.
    4. One view per landing table over exactly the registered files.

    The first three write to `ops` or are repeatable, the views derive from the register: a crash between them leaves nothing
    that the next run does not complete. All errors of all tables are reported together, before anything is written.
#}
{% macro prepare_landing() %}
    {% if execute %}
        {% do require_kept_variables() %}
        {% do create_declared_tables() %}
        {% do keep_identity_key() %}
        {% set plan = plan_landing() %}
        {% do register_landing_files(plan) %}
        {% do create_landing_views(plan) %}
    {% endif %}
{% endmacro %}
