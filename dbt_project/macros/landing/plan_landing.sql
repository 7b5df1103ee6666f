{#
    Asks the plugin what is new in the landing folder, and stops the run with every error at once when something is wrong.

    Returns the plan as a dictionary (see orchestration/landing/plan.py). The text stays in the temporary table `landing_plan`, so
    that it can be written to the register without passing through a query.
#}
{% macro plan_landing() %}
    {% set tables = landing_contract() %}
    {% set accepts_changes = var('accept_landing_changes') %}
    {% if accepts_changes and not flags.FULL_REFRESH %}
        {{ exceptions.raise_compiler_error(
            'accept_landing_changes needs --full-refresh: the rows of the old files are still in the incremental models.'
        ) }}
    {% endif %}
    {% set query %}
        create or replace temporary table landing_plan as
        select
            a360_landing_plan(cast(json_object(
                'tables', cast('{{ tojson(tables) | replace("'", "''") }}' as json),
                'accepts_changes', {{ 'true' if accepts_changes else 'false' }},
                'register', (select coalesce(list(registered), []) from {{ landing_source('ops', 'file_register') }} as registered),
                'reported', (
                    select coalesce(list([source_name, table_name, column_name, change, coalesce(found_type, '')]), [])
                    from {{ landing_source('ops', 'schema_changes') }}
                )
            ) as varchar)) as plan;
        select plan from landing_plan
    {% endset %}
    {% set plan = fromjson(run_query(query).rows[0][0]) %}
    {% if plan.errors %}
        {{ exceptions.raise_compiler_error('The landing folder cannot be read as declared:\n- ' ~ plan.errors | join('\n- ')) }}
    {% endif %}
    {% for notice in plan.notices %}
        {% do log('Landing: ' ~ notice, info=true) %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}
