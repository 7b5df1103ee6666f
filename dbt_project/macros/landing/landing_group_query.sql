{#
    The rows of files that have equal columns.

    Arguments:
        table: the declared source table.
        group: `columns` (declared name to stored name, stored type and reading), `is_text` (a converted text file, whose
            records have their own number, problem and raw text), `paths`.
        plan: the plan, for the folders and the readings that cannot fail.
#}
{% macro landing_group_query(table, group, plan) %}
    {% set file_path = landing_file_path(plan.converted_root if group.is_text else plan.landing_root, group.is_text) %}
    {% set types = {'_loaded_at': 'timestamp'} %}
    {% for column in table.columns.values() %}
        {% do types.update({column.name: column.data_type}) %}
    {% endfor %}
    {% set values = {} %}
    {% set failures = ['landed._a360_problem is not null'] if group.is_text else [] %}
    {% set messages = ['landed._a360_problem'] if group.is_text else [] %}
    {% set stored = [] %}
    {% for name, column in group.columns.items() %}
        {% set stored_value = 'landed.' ~ adapter.quote(column.stored_name or name) %}
        {% set value = landing_value(column.reading, stored_value, types[name]) %}
        {% do values.update({name: value}) %}
        {% if column.stored_name %}
            {% do stored.append(column.stored_name) %}
        {% endif %}
        {% if column.reading not in plan.safe_readings %}
            {% set failure = landing_failure(column.reading, stored_value, value) %}
            {% do failures.append(failure) %}
            {% do messages.append(
                'case when ' ~ failure ~ " then concat('" ~ name ~ ": ''', left(cast(" ~ stored_value ~ " as string), 100), ''' is not "
                ~ types[name] ~ "') end"
            ) %}
        {% endif %}
    {% endfor %}
    {% set query %}
        select
            {%- for column in table.columns.values() %}
            {{ values[column.name] }} as {{ adapter.quote(column.name) }},
            {%- endfor %}
            files.file_id as _file_id,
            {{ file_path }} as _file_path,
            {{ 'landed._a360_row_number' if group.is_text else 'landed.file_row_number + 1' }} as _row_number,
            coalesce({{ values['_loaded_at'] }}, files.loaded_at) as _loaded_at,
            {%- if failures %}
            case when {{ failures | join(' or ') }} then concat_ws('; ', {{ messages | join(', ') }}) end as _malformed,
            case
                when {{ failures | join(' or ') }}
                    then {{ 'coalesce(landed._a360_raw, ' if group.is_text }}{{ landing_raw(stored) }}{{ ')' if group.is_text }}
            end as _raw
            {%- else %}
            cast(null as string) as _malformed,
            cast(null as string) as _raw
            {%- endif %}
        from {{ landing_scan(group.paths) }} as landed
        inner join {{ landing_source('ops', 'file_register') }} as files
            on {{ landing_file_is_registered(plan.converted_root if group.is_text else plan.landing_root, group.is_text) }}
                and files.vanished_at is null
    {% endset %}
    {{ return(query) }}
{% endmacro %}
