{#
    Forgets what runs after a moment found out about who is who, for instance after a run with a clock in the future, which would
    otherwise keep every later run from being recorded. What people decided (identity_overrides) stays.

        dbt run-operation rewind_identity_history --args '{to: "2026-11-01 00:00:00"}'

    to: the newest as_of_at to keep.
#}
{% macro rewind_identity_history(to) %}
    {% set last_kept %}cast('{{ to }}' as {{ dbt.type_timestamp() }}){% endset %}
    {% for table, moment in [
        ('identity_members', 'changed_at'),
        ('identity_changes', 'changed_at'),
        ('identity_runs', 'as_of_at'),
    ] %}
        {% do delete_managed_rows(ops_relation(table), moment ~ ' > ' ~ last_kept) %}
    {% endfor %}
    {% do log('The history of customer ids ends at ' ~ to, info=true) %}
{% endmacro %}
