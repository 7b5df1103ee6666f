-- the YAML of a source promises a contract, the SQL of its base model enforces it: each mandatory column must be checked there, and each
-- accepted value of a mandatory column named
with

broken_promises as (

    select
        cast(null as string) as base_model,
        cast(null as string) as promise
    where false
    {% if execute %}
        {% for source in graph.sources.values() if source.schema == 'landing_' ~ source.source_name %}
            {% set base_model = 'base_' ~ source.source_name ~ '__' ~ source.name %}
            {# A large table is judged by the model that reads it where it landed. #}
            {% set judges = [base_model, base_model ~ '_delivered'] %}
            {% set base_sql = graph.nodes.values() | selectattr('name', 'in', judges) | map(attribute='raw_code') | join %}
            {% for column in source.columns.values() if column.config.meta.is_mandatory %}
                {% if 'when ' ~ column.name ~ ' is null' not in base_sql %}
                    union all
                    select
                        '{{ base_model }}' as base_model,
                        '{{ column.name }} is mandatory' as promise
                {% endif %}
                {% for value in column.config.meta.accepted_values or [] if "'" ~ value ~ "'" not in base_sql %}
                    union all
                    select
                        '{{ base_model }}' as base_model,
                        '{{ column.name }} accepts {{ value }}' as promise
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}

)

select * from broken_promises
