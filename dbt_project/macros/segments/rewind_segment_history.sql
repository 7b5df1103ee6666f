{#
    Forgets what runs after a moment decided about segments, for instance after a run with a clock in the future, which would
    otherwise keep every later run from being recorded:

        dbt run-operation rewind_segment_history --args '{to: "2026-11-01 00:00:00"}'

    to: the newest as_of_at to keep.
#}
{% macro rewind_segment_history(to) %}
    {% set last_kept %}cast('{{ to }}' as {{ dbt.type_timestamp() }}){% endset %}
    {% for table, moment in [
        ('segment_membership_history', 'changed_at'),
        ('static_segment_members', 'frozen_at'),
        ('segment_runs', 'as_of_at'),
    ] %}
        {% do delete_managed_rows(ops_relation(table), moment ~ ' > ' ~ last_kept) %}
    {% endfor %}
    {% do log('Segment histories end at ' ~ to, info=true) %}
{% endmacro %}
