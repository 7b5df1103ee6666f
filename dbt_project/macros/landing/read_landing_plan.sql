{#
    The plan that `python -m orchestration.spark_landing` left in the table landing.plan, for engines that cannot call Python.
    Stops the run, and says what to do, when there is none or when it was made for other declarations or another kind of run.
#}
{% macro read_landing_plan() %}
    {% set advice = 'Run `python -m orchestration.spark_landing` (or `make build TARGET=spark`, which does) with the same A360_DATA_DIR.' %}
    {% set relation = adapter.get_relation(database=none, schema='landing', identifier='plan') %}
    {% if relation is none %}
        {{ exceptions.raise_compiler_error('The landing folder has not been registered with this cluster. ' ~ advice) }}
    {% endif %}
    {% set rows = run_query('select plan from ' ~ relation).rows %}
    {% set plan = fromjson(rows[0][0]) if rows | length == 1 else {} %}
    {% if plan.get('contract') != local_md5(tojson(landing_contract())) %}
        {{ exceptions.raise_compiler_error('The source tables are declared otherwise than when the landing folder was registered. ' ~ advice) }}
    {% endif %}
    {% if plan.vanished_ids and not flags.FULL_REFRESH %}
        {{ exceptions.raise_compiler_error(
            'Changed or vanished files were accepted; the rows of the old ones are still in the incremental models. Run dbt with --full-refresh.'
        ) }}
    {% endif %}
    {{ return(plan) }}
{% endmacro %}
