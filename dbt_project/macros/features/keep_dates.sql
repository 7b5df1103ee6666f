{#
    Post-hook of a model of strategy replace_dates, in the transaction that changes its rows: keeps from which inputs they were made, and up
    to which generation of changes. Where a model that this one reads was made from others, as when only some models were run, the next run
    makes the date anew.

    customer_dates: relation of the model of customers and dates.
#}
{% macro keep_dates(customer_dates) %}
    {% if not builds_whole() %}
        {% set sources = [] %}
        {% for node in feature_sources(nearest_of_strategy='replace_dates') %}
            {% set source = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) %}
            {{ create_inputs_table(source) }};
            {% do sources.append(beside(source, 'inputs')) %}
        {% endfor %}
        create or replace table {{ beside(this, 'inputs') }} as
        select
            plan.as_of_date,
            case
                when
                    true
                    {%- for source in sources %}
                        and exists (
                            select 1
                            from {{ source }} as source_inputs
                            where
                                source_inputs.as_of_date = plan.as_of_date
                                and source_inputs.input_digest = plan.input_digest
                        )
                    {%- endfor %}
                    then plan.input_digest
            end as input_digest,
            '{{ features_digest() }}' as model_digest,
            (
                select min(generations.generation)
                from (
                    select max(changes.generation) as generation from {{ beside(customer_dates, 'changes') }} as changes
                    {%- for source in sources %}
                        union all
                        select coalesce(min(source_inputs.generation), -1) as generation from {{ source }} as source_inputs
                    {%- endfor %}
                ) as generations
            ) as generation
        from {{ beside(this, 'plan') }} as plan;

        drop table {{ beside(this, 'plan') }};
        drop table {{ beside(this, 'due') }}
    {% endif %}
{% endmacro %}
