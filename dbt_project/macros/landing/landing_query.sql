{#
    The query of a landing view: the declared columns with the declared types, and what the project knows of each row.

    _file_id: number of the file's registration. _file_path: its path below landing/. _row_number: position in the file, from 1.
    _loaded_at: the row's own load time, else the file's. _malformed: null, or what could not be read. _raw: the row as it came,
    for malformed rows only.

    Arguments:
        table: the declared source table.
        groups: files with equal columns, from the plan; none gives an empty relation.
        plan: the plan, for the folders.
#}
{% macro landing_query(table, groups, plan) %}
    {% set parts = [] %}
    {% for group in groups %}
        {% do parts.append(landing_group_query(table, group, plan)) %}
    {% endfor %}
    {% if parts %}
        {{ return(parts | join('\nunion all\n')) }}
    {% endif %}
    {% set columns = [] %}
    {% for column in table.columns.values() %}
        {% do columns.append('cast(null as ' ~ column.data_type ~ ') as ' ~ adapter.quote(column.name)) %}
    {% endfor %}
    {% set query %}
        select
            {{ columns | join(',\n            ') }},
            cast(null as bigint) as _file_id,
            cast(null as string) as _file_path,
            cast(null as bigint) as _row_number,
            cast(null as timestamp) as _loaded_at,
            cast(null as string) as _malformed,
            cast(null as string) as _raw
        where false
    {% endset %}
    {{ return(query) }}
{% endmacro %}
