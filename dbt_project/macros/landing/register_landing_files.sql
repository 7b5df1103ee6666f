{#
    Writes the plan into `ops` in one transaction: new files, accepted losses, new time stamps of unchanged files, schema changes.

    Arguments:
        plan: what plan_landing() returned; its text is read from the temporary table.
#}
{% macro register_landing_files(plan) %}
    {% set register = landing_source('ops', 'file_register') %}
    {% set statements = [] %}
    {% if plan.vanished_ids %}
        {% do statements.append(
            'update ' ~ register ~ ' set vanished_at = ' ~ landing_now() ~ ' where file_id in (' ~ plan.vanished_ids | join(', ') ~ ')'
        ) %}
    {% endif %}
    {% for file in plan.touched %}
        {% do statements.append('update ' ~ register ~ ' set modified_ns = ' ~ file.modified_ns ~ ' where file_id = ' ~ file.file_id) %}
    {% endfor %}
    {% if plan.new_files %}
        {% do statements.append(insert_planned_rows('file_register', 'new_files')) %}
    {% endif %}
    {% if plan.changes %}
        {% do statements.append(insert_planned_rows('schema_changes', 'changes')) %}
    {% endif %}
    {% if statements %}
        {% do run_query('begin transaction;\n' ~ statements | join(';\n') ~ ';\ncommit') %}
    {% endif %}
{% endmacro %}
